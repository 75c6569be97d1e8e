package io.rollcall.local;

/**
 * The secrets of every local stack. They are known to everybody who reads this file; a service refuses them unless it
 * is told {@code ROLLCALL_LOCAL=true}.
 */
public final class Development {

    public static final String LIVEKIT_API_KEY = "devkey";
    public static final String LIVEKIT_API_SECRET = "secretsecretsecretsecretsecretsecret";
    public static final String GATEWAY_TOKEN_SECRET = "dev-gateway-token-secret-0123456789";

    public static final String COMMAND_ID_SECRET = "dev-command-id-secret-0123456789ab";

    public static final String CAMERA_SECRETS_KEY = "dev-camera-secrets-key-0123456789ab";

    /** What agencies may use in a local stack, until somebody says otherwise. */
    static final String QUOTA_LIMITS = "DUBAI_POLICE=50,METRO=30,BUS=20,OTHER=400";

    private Development() {}
}
