package io.rollcall.ingest.webhooks.domain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;

/** Which secrets may sign for which API key; several while one is being replaced by another. */
public final class ApiKeys {

    static final String ALGORITHM = "HmacSHA256";

    private final Map<String, List<SecretKeySpec>> secrets;

    /**
     * Takes the secrets of every key.
     *
     * @throws IllegalArgumentException when there is no key, a key without a secret, or an empty one
     */
    public ApiKeys(Map<String, List<String>> secretsByKey) {
        if (secretsByKey.isEmpty()) {
            throw new IllegalArgumentException("there is no API key");
        }
        var specs = new HashMap<String, List<SecretKeySpec>>();
        secretsByKey.forEach((key, texts) -> {
            if (key.isBlank() || texts.isEmpty() || texts.stream().anyMatch(String::isBlank)) {
                throw new IllegalArgumentException("an API key or a secret is empty");
            }
            specs.put(
                    key,
                    texts.stream()
                            .map(text -> new SecretKeySpec(text.getBytes(UTF_8), ALGORITHM))
                            .toList());
        });
        this.secrets = Map.copyOf(specs);
    }

    List<SecretKeySpec> secretsOf(String apiKey) {
        return secrets.getOrDefault(apiKey, List.of());
    }
}
