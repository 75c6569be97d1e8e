package io.rollcall.kittest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaClusterTest {

    @Test
    void theSharedOneIsTheSameForEverybodyInThisJvm() {
        assertThat(KafkaCluster.shared()).isSameAs(KafkaCluster.shared());
    }

    @Test
    void hasTheTopicsOfTheCatalogue() throws Exception {
        KafkaCluster.shared().createTopics(Topics.all());

        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", KafkaCluster.shared().bootstrapServers()))) {
            assertThat(admin.listTopics().names().get())
                    .containsAll(Topics.all().stream().map(Topic::name).toList());
        }
    }

    @Test
    void aProducerThatWaitsOutAnOutageGetsItsAcknowledgementOnTheSamePort() {
        try (var kafka = KafkaCluster.own();
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new StringSerializer())) {
            kafka.createTopics(Topics.all());
            producer.partitionsFor("rooms");

            kafka.stop();

            assertThatThrownBy(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), kafka.port()).close())
                    .isInstanceOf(ConnectException.class);
            var acknowledged = producer.send(new ProducerRecord<>("rooms", "standup", "open"));
            kafka.start();
            await().untilAsserted(() -> assertThat(acknowledged).isDone());
            assertThat(acknowledged.resultNow().offset()).isZero();
        }
    }
}
