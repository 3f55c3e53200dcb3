package papercloud;

import com.huaweicloud.sdk.core.ClientBuilder;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;

/**
 * A test's own project: nobody else sees what is in it. Each look at something unfinished moves its
 * clock to the next event, so programs that poll need not sleep.
 */
final class World {
    static final String SECRET_KEY = "mock-secret-key-0000000000000000000000001";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final String url = System.getenv("PAPERCLOUD_URL");
    final String projectId = UUID.randomUUID().toString().replace("-", "");

    World(String test) {
        if (url == null) {
            throw new IllegalStateException(
                    "PAPERCLOUD_URL names no service: papercloud exec --auth verify -- mvn test");
        }
        control("PUT", "/label", "{\"label\": \"%s\"}".formatted(test));
        control("POST", "/clock/auto-advance", "{\"enabled\": true}");
    }

    /** Makes a control call, such as POST /faults. */
    String control(String method, String path, String body) {
        String token = System.getenv("PAPERCLOUD_CONTROL_TOKEN");
        HttpRequest request = HttpRequest.newBuilder()
                .uri(URI.create("%s/_paper/worlds/%s%s".formatted(url, projectId, path)))
                .method(method, BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .header("X-Paper-Token", token == null ? "" : token)
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IllegalStateException(request + ": " + answer.body());
            }
            return answer.body();
        } catch (IOException | InterruptedException error) {
            throw new IllegalStateException(request.toString(), error);
        }
    }

    /** A client of the project: endpoint, access key and secret key. */
    <T> T connect(ClientBuilder<T> builder, String secretKey) {
        BasicCredentials keys = new BasicCredentials()
                .withProjectId(projectId)
                .withAk("MOCKACCESSKEY0000001")
                .withSk(secretKey);
        return builder.withCredential(keys).withEndpoint(url).build();
    }

    <T> T connect(ClientBuilder<T> builder) {
        return connect(builder, SECRET_KEY);
    }
}
