package io.rollcall.kittest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
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
                        new StringSerializer());
                var sender = Executors.newVirtualThreadPerTaskExecutor()) {
            kafka.createTopics(Topics.all());
            producer.partitionsFor("rooms");

            kafka.stop();

            assertThatThrownBy(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), kafka.port()).close())
                    .isInstanceOf(ConnectException.class);
            // A producer that met the broker while it went may have lost its metadata: then send waits for it.
            var acknowledged = sender.submit(() -> producer.send(new ProducerRecord<>("rooms", "standup", "open"))
                    .get());
            kafka.start();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(acknowledged).isDone());
            assertThat(acknowledged.resultNow().offset()).isZero();
        }
    }
}
