package io.rollcall.session.cameras.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.session.cameras.domain.StreamUrl.Login;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamUrlTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    rtsp://admin:pa55@10.0.0.7:554/live/1    | rtsp://***:***@10.0.0.7:554/live/1
                    rtsp://admin@10.0.0.7/live               | rtsp://***:***@10.0.0.7/live
                    rtsp://a:b%40c@[2001:db8::7]:554/x       | rtsp://***:***@[2001:db8::7]:554/x
                    rtsp://a:b@c:d@cam.example/x             | rtsp://***:***@cam.example/x
                    rtsp://cam/x?user=a&password=b&ch=1      | rtsp://cam/x?user=***&password=***&ch=1
                    rtsp://cam/x?ch=1;PWD=b                  | rtsp://cam/x?ch=1;PWD=***
                    rtsp://cam/x?p%61ssword=b&ch=1           | rtsp://cam/x?p%61ssword=***&ch=1
                    rtsp://a:b@cam/x?auth=YTpi&token=t       | rtsp://***:***@cam/x?auth=***&token=***
                    rtsp://cam/user=a_password=b_c_channel=1 | rtsp://cam/user=***_password=***_channel=1
                    rtsp://cam/user=a&password=b&ch=1.sdp    | rtsp://cam/user=***&password=***&ch=1.sdp
                    rtsp://cam/x?user=a@b.example&ch=1       | rtsp://cam/x?user=***&ch=1
                    rtsp://cam/x?u=a&p=b&ch=1                | rtsp://cam/x?u=***&p=***&ch=1
                    rtsp://cam/x?un=a&pw=b&loginpw=c         | rtsp://cam/x?un=***&pw=***&loginpw=***
                    rtsp://cam/x?pin=1&code=2&accesscode=3   | rtsp://cam/x?pin=***&code=***&accesscode=***
                    rtsp://cam/x?otp=1&cam_pin=2&sig=3&sid=4 | rtsp://cam/x?otp=***&cam_pin=***&sig=***&sid=***
                    rtsp://cam/x?key=1&jwt=2&ticket=3        | rtsp://cam/x?key=***&jwt=***&ticket=***
                    rtsp://cam/P=b&ch=1                      | rtsp://cam/P=***&ch=1
                    rtsp://cam/live?channel=1&subtype=0      | rtsp://cam/live?channel=1&subtype=0
                    rtsp://cam/x?ch=1&stream=2&profile=p     | rtsp://cam/x?ch=1&stream=2&profile=p
                    rtsp://cam/x?resolution=720p&fps=25&port=1 | rtsp://cam/x?resolution=720p&fps=25&port=1
                    rtsp://cam/x?videocodec=h264&input=1&unicast=true&proto=tcp | rtsp://cam/x?videocodec=h264&input=1&unicast=true&proto=tcp
                    """)
    void whatOpensTheStreamIsMaskedWhereverItStands(String url, String masked) {
        StreamUrl it = StreamUrl.of(url);

        assertThat(it.masked().text()).isEqualTo(masked);
        assertThat(it.masked().isMasked()).isTrue();
        assertThat(it.masked().masked()).isEqualTo(it.masked());
        assertThat(it.masked().places()).isEqualTo(it.places());
        assertThat(it.masked().filled(it.secrets())).isEqualTo(it);
        assertThat(it.isMasked()).isEqualTo(url.equals(masked));
        assertThat(it).hasToString(masked);
    }

    /** A password that is not encoded makes another address, of which the rest would be shown. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "rtsp://admin:pa/ss@cam/x",
                "rtsp://admin:12/34@cam/x",
                "rtsp://admin:pa#ss@cam/x",
                "rtsp://admin:1?2@cam/x",
                "rtsp://admin:1?ch=2@cam/x",
                "rtsp://admin:pa ss@cam/x",
                "rtsp://cam:port/x",
                "rtsp:///x",
                "cam/x",
                "admin:pass@cam"
            })
    void whereItCannotBeToldWhatIsSecretTheAddressIsRefusedAndNotRepeated(String url) {
        assertThatThrownBy(() -> StreamUrl.of(url))
                .hasMessageStartingWith("must be an address")
                .hasMessageNotContaining("admin");
        assertThat(new StreamUrl(url).isMasked()).isFalse();
        assertThat(new StreamUrl(url)).hasToString("a malformed address");
    }

    @Test
    void noAddressHasNothingToHide() {
        assertThat(StreamUrl.of("").isMasked()).isTrue();
        assertThat(StreamUrl.of("").places()).isEmpty();
    }

    @Test
    void aMaskBesideASecretInTheClearIsNotMasked() {
        StreamUrl partly = StreamUrl.of("rtsp://***:***@cam/x?password=new");
        assertThat(partly.isMasked()).isFalse();
        assertThat(partly.isPartlyMasked()).isTrue();
        assertThat(StreamUrl.of("rtsp://a:b@cam/x?password=new").isPartlyMasked())
                .isFalse();
    }

    @Test
    void anotherNumberOfSecretsFitsNot() {
        StreamUrl masked = StreamUrl.of("rtsp://***:***@cam/x");
        assertThatThrownBy(() -> masked.filled(List.of("a:b", "c"))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    rtsp://admin:p%40%3Ass+%@cam/x         | admin | p%40%3Ass+%
                    rtsp://admin:p%40%3Ass+@cam/x          | admin | p@:ss+
                    rtsp://ad%20min@cam/x                  | ad min | ''
                    rtsp://cam/x?ch=1&user=u&pwd=p%26q     | u     | p&q
                    rtsp://cam/user=u_password=p_channel=1 | u     | p
                    rtsp://cam/x?u=ann&p=q%26r&ch=1        | ann   | q&r
                    rtsp://cam/x?uname=ann&pw=q            | ann   | q
                    """)
    void whoLogsInIsReadFromIt(String url, String user, String password) {
        assertThat(StreamUrl.of(url).login()).isEqualTo(Optional.of(new Login(user, password)));
        assertThat(new Login(user, "secret").toString()).doesNotContain("secret");
    }

    @Test
    void whereNobodyLogsInThereIsNoLogin() {
        assertThat(StreamUrl.of("rtsp://cam/x?token=t").login()).isEmpty();
    }
}
