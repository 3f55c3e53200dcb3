import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Scanner;

/** Java's client, which keeps its connections; `run` says what this reads and writes. */
public final class Connections {
    private static final String RIGHT = "/v3/connections/jobs?offset=0&limit=10";
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static int ask(String method, String url, byte[] body, String origin) throws Exception {
        HttpRequest.BodyPublisher publisher =
                body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(body);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(30))
                        .header("X-Auth-Token", "t")
                        .header("Content-Type", "application/json")
                        .method(method, publisher);
        if (!origin.equals("-")) {
            request.header("Origin", origin);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    public static void main(String[] arguments) {
        String url = arguments[0];
        int count = Integer.parseInt(arguments[1]);
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            String line = lines.nextLine();
            String[] words = line.split(" ");
            byte[] body = " ".repeat(Integer.parseInt(words[2])).getBytes();
            int status = Integer.parseInt(words[3]);
            int lost = 0;
            String problem = null;
            for (int pair = 0; pair < count; pair++) {
                try {
                    int wrong = ask(words[0], url + words[1], body, words[4]);
                    int good = ask("GET", url + RIGHT, null, "-");
                    if (wrong == status && good == 200) {
                        continue;
                    }
                    problem = wrong + ", " + good;
                } catch (Exception error) {
                    problem = error.toString();
                }
                lost++;
            }
            if (problem != null) {
                System.err.println("Java " + line + " " + problem);
            }
            System.out.println(lost);
        }
        System.exit(0);
    }
}
