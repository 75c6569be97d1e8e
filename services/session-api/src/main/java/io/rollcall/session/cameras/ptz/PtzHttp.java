package io.rollcall.session.cameras.ptz;

import io.rollcall.session.cameras.ptz.PtzException.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import java.time.Duration;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;

/** Posts to cameras and their systems: with a time-out, no redirects, and answers of bounded length. */
final class PtzHttp implements AutoCloseable {

    private static final long MAX_ANSWER = 1024 * 1024;

    private final OkHttpClient client;

    record Answer(int status, ByteString body) {}

    PtzHttp(Dns dns) {
        // Wherever a camera would send us to was permitted to nobody.
        this.client = new OkHttpClient.Builder()
                .dns(dns)
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .build();
    }

    /**
     * Posts.
     *
     * @throws PtzException when there is no answer
     */
    Answer post(HttpUrl url, MediaType type, byte[] body, Duration patience) {
        if (!patience.isPositive()) {
            throw new PtzException(Kind.TIMED_OUT, "no answer in time");
        }
        var request = new Request.Builder()
                .url(url)
                .post(RequestBody.create(body, type))
                .build();
        OkHttpClient bounded = client.newBuilder()
                .callTimeout(patience)
                .connectTimeout(patience)
                .readTimeout(patience)
                .writeTimeout(patience)
                .build();
        try (Response response = bounded.newCall(request).execute()) {
            return new Answer(response.code(), read(response.body().source()));
        } catch (InterruptedIOException e) {
            throw new PtzException(Kind.TIMED_OUT, "no answer in time", e);
        } catch (UnknownHostException e) {
            throw new PtzException(Kind.FAILED, "its host is unknown, or not permitted", e);
        } catch (IOException e) {
            throw new PtzException(Kind.FAILED, "not reachable: " + e.getClass().getSimpleName(), e);
        }
    }

    private static ByteString read(BufferedSource source) throws IOException {
        var read = new Buffer();
        while (read.size() <= MAX_ANSWER) {
            if (source.read(read, MAX_ANSWER + 1 - read.size()) < 0) {
                return read.readByteString();
            }
        }
        throw new PtzException(Kind.FAILED, "its answer is too long");
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
