import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;

/**
 * Runs DynamoDB Local and ElasticMQ in memory, on free ports of 127.0.0.1, says "listening PORT PORT" when both answer,
 * and ends with its standard input: whoever started it may end in any way.
 */
public final class LoopbackEngines {
  private static final String LOOPBACK = "127.0.0.1";
  private static final String[] IN_MEMORY = {"-inMemory", "-sharedDb", "-disableTelemetry"};

  public static void main(String[] arguments) throws Exception {
    new Thread(LoopbackEngines::endWithInput).start();
    int dynamo = startDynamo();
    int sqs = startSqs();
    System.out.println("listening " + dynamo + " " + sqs);
  }

  /** Nothing is ever said to us: a read comes back when nobody is left to say it. */
  private static void endWithInput() {
    try {
      System.in.read();
    } catch (IOException broken) {
      System.err.println(broken);
    }
    // Without the hooks of the engines, which would wait for their own start.
    Runtime.getRuntime().halt(0);
  }

  /** It has no setting for the interface that it listens on: its server is within reach only before it starts. */
  private static int startDynamo() throws Exception {
    var proxy = ServerRunner.createServerFromCommandLineArgs(IN_MEMORY);
    var field = proxy.getClass().getDeclaredField("server");
    field.setAccessible(true);
    var server = (Server) field.get(proxy);
    for (Connector connector : server.getConnectors()) {
      ((ServerConnector) connector).setHost(LOOPBACK);
      ((ServerConnector) connector).setPort(0);
    }
    proxy.safeStart();
    return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
  }

  /** It tells nobody which port it got for 0. */
  private static int startSqs() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      port = free.getLocalPort();
    }
    System.setProperty("rest-sqs.bind-port", String.valueOf(port));
    System.setProperty("node-address.port", String.valueOf(port));
    org.elasticmq.server.Main.main(new String[0]);
    return port;
  }
}
