using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Terminals;

/// <summary>
/// Names and texts of images, containers and registries that control the user's terminal: set its title, move its cursor, make it answer as if that was typed,
/// change the text direction, or fake lines that nobody wrote. The target is <c>quai</c> at a terminal.
/// </summary>
public sealed class TerminalEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    // Sets the title, asks what it is, clears the screen.
    private const string Commands = "\u001b]0;pwned\u0007\u001b[21t\u001b[2J";
    private const string Label = "evil";

    private static readonly Attack[] s_attacks =
    [
        Of("terminal: a label commands it, in ps", (scene, quai) => LabelledAsync(scene, quai, "ps -a --filter name={0} --format '{{{{.Labels}}}}'", Commands)),
        Of("terminal: a label commands it, in inspect -f", (scene, quai) => LabelledAsync(scene, quai, "inspect -f '{{{{.Config.Labels}}}}' {0}", Commands)),
        Of("terminal: a label commands it, in events", (scene, quai) => LabelledAsync(scene, quai, "events --since 1 --until 0s --filter container={0}", Commands)),
        Of("terminal: a label commands it by C1 control characters, in ps", (scene, quai) => LabelledAsync(scene, quai, "ps -a --filter name={0} --format '{{{{.Labels}}}}'", "\u009b2J\u009d0;pwned\u009c")),
        Of("CVE-2021-42574 kind: a label turns the direction of writing, in ps", (scene, quai) => LabelledAsync(scene, quai, "ps -a --filter name={0} --format '{{{{.Labels}}}}'", "\u202egnp.exe\u2066")),
        Of("terminal: a label pretends a further row, in a table", (scene, quai) => ForgedAsync(scene, quai, "ps -a --filter name={0} --format 'table {{{{.ID}}}}\t{{{{.Labels}}}}'")),
        Of("terminal: a label pretends a further event", (scene, quai) => ForgedAsync(scene, quai, "events --since 1 --until 0s --filter container={0}")),
        Of("terminal: an image's history commands it", HistoryAsync),
        Of("terminal: an image's author commands it, in image inspect -f", AuthorAsync),
        Of("terminal: a file's name commands it, in diff", (scene, quai) => FileAsync(scene, quai, Commands, Gained)),
        Of("terminal: a file's name pretends a further change, in diff", (scene, quai) => FileAsync(scene, quai, "x\nA forged", Pretended)),
        Of("terminal: a volume's label commands it, in volume ls", VolumeAsync),
        Of("terminal: the daemon's error holds an image's command", ErrorAsync),
        Of("terminal: a registry's error commands it, in pull", RegistryAsync),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [QuaidTheory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Attack Of(string name, Func<Scene, DockerClient, Task<string?>> run) => new(
        name,
        scene => run(scene, new DockerClient(scene.Engine.Host, Path.Combine(scene.Scratch(), "config"), Path.Combine(scene.BinDirectory, "quai"))))
    {
        QuaidOnly = true,
    };

    private static async Task<string> ScreenAsync(DockerClient quai, string line)
    {
        await using Terminal terminal = quai.StartAtTerminal(line, columns: 400);
        await terminal.WaitForExitAsync();
        return terminal.Screen;
    }

    /// <summary>Anything on a screen that controls it instead of being read.</summary>
    private static string? Gained(string screen)
    {
        char found = screen.FirstOrDefault(c => c is '\u001b' or '\u0007' or (>= '\u0080' and <= '\u009f') or '\u202e' or '\u2066');
        return found == 0 ? null : $"the terminal got U+{(int)found:X4}";
    }

    private static string? Pretended(string screen) => screen.Split('\n').Any(l => l.StartsWith("A forged", StringComparison.Ordinal)) ? "the terminal shows a line that nobody wrote" : null;

    private static async Task<string?> LabelledAsync(Scene scene, DockerClient quai, string line, string text)
    {
        string name = scene.Engine.Name();
        await scene.Docker.OkAsync($"create --name {name} --label '{Label}={text}' {BusyboxImage.Name}");
        string screen = await ScreenAsync(quai, string.Format(null, line, name));
        Assert.Contains(Label, screen, StringComparison.Ordinal);
        return Gained(screen);
    }

    private static async Task<string?> ForgedAsync(Scene scene, DockerClient quai, string line)
    {
        string name = scene.Engine.Name();
        await scene.Docker.OkAsync($"create --name {name} --label '{Label}=x\nA forged line' {BusyboxImage.Name}");
        string screen = await ScreenAsync(quai, string.Format(null, line, name));
        Assert.Contains(Label, screen, StringComparison.Ordinal);
        return Pretended(screen);
    }

    private static async Task<string?> HistoryAsync(Scene scene, DockerClient quai)
    {
        TestImage image = new TestImage().WithBusybox();
        image.Config["history"] = new JsonArray(new JsonObject { ["created_by"] = Label + Commands });
        string screen = await ScreenAsync(quai, $"history --no-trunc {await scene.LoadAsync(image)}");
        Assert.Contains(Label, screen, StringComparison.Ordinal);
        return Gained(screen);
    }

    private static async Task<string?> AuthorAsync(Scene scene, DockerClient quai)
    {
        TestImage image = new TestImage().WithBusybox();
        image.Config["author"] = Label + Commands;
        string screen = await ScreenAsync(quai, $"image inspect -f '{{{{.Author}}}}' {await scene.LoadAsync(image)}");
        Assert.Contains(Label, screen, StringComparison.Ordinal);
        return Gained(screen);
    }

    private static async Task<string?> FileAsync(Scene scene, DockerClient quai, string name, Func<string, string?> gained)
    {
        string container = scene.Engine.Name();
        await scene.Docker.OkAsync($"run --name {container} {BusyboxImage.Name} touch '/{Label}{name}'");
        string screen = await ScreenAsync(quai, $"diff {container}");
        Assert.Contains(Label, screen, StringComparison.Ordinal);
        return gained(screen);
    }

    private static async Task<string?> VolumeAsync(Scene scene, DockerClient quai)
    {
        string volume = scene.Engine.Name("v");
        await scene.Docker.OkAsync($"volume create --label '{Label}={Commands}' {volume}");
        string screen = await ScreenAsync(quai, $"volume ls --filter name={volume} --format '{{{{.Labels}}}}'");
        await scene.Docker.RunAsync($"volume rm {volume}");
        Assert.Contains(Label, screen, StringComparison.Ordinal);
        return Gained(screen);
    }

    private static async Task<string?> ErrorAsync(Scene scene, DockerClient quai)
    {
        TestImage image = new TestImage().WithBusybox();
        image.Config["config"]!["Cmd"] = new JsonArray("/" + Label + Commands);
        string screen = await ScreenAsync(quai, $"run --rm --name {scene.Engine.Name()} {await scene.LoadAsync(image)}");
        Assert.Contains(Label, screen, StringComparison.Ordinal);
        return Gained(screen);
    }

    private static async Task<string?> RegistryAsync(Scene scene, DockerClient quai)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var over = new CancellationTokenSource();
        Task serving = ServeAsync(listener, over.Token);
        try
        {
            string screen = await ScreenAsync(quai, $"pull 127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/box");
            Assert.Contains(Label, screen, StringComparison.Ordinal);
            return Gained(screen);
        }
        finally
        {
            await over.CancelAsync();
            await serving;
        }
    }

    private static async Task ServeAsync(TcpListener listener, CancellationToken cancellation)
    {
        string body = new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = "DENIED", ["message"] = Label + Commands }) }.ToJsonString();
        byte[] answer = Encoding.ASCII.GetBytes($"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(cancellation);
                NetworkStream stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[8192], cancellation);
                await stream.WriteAsync(answer, cancellation);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The attack is over, or a client disconnected: the pull then says so.
        }
    }
}
