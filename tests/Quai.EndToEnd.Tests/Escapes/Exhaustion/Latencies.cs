using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Escapes.Exhaustion;

/// <summary>How long an engine takes for what users wait for, in milliseconds: medians of many tries.</summary>
/// <param name="Ping">An answer to <c>/_ping</c>.</param>
/// <param name="Exec"><c>true</c> run in a container, from the request to its end.</param>
/// <param name="Echo">A line from a container's input through its log to a follower.</param>
public sealed record Latencies(double Ping, double Exec, double Echo)
{
    /// <summary>The median of each over several rounds.</summary>
    public static Latencies MedianOf(IReadOnlyList<Latencies> rounds) =>
        new(Median(rounds.Select(r => r.Ping)), Median(rounds.Select(r => r.Exec)), Median(rounds.Select(r => r.Echo)));

    /// <summary>The middle one of some numbers.</summary>
    public static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <inheritdoc/>
    public override string ToString() => $"ping {Ping:f2} ms, exec {Exec:f1} ms, log {Echo:f2} ms";
}

/// <summary>A container like any other, and the engine's socket: what is asked how long it takes.</summary>
public sealed class Bystander : IAsyncDisposable
{
    private const int Pings = 40, Execs = 12, Echoes = 20;

    private readonly HttpClient _client;
    private readonly string _container;
    private readonly FileStream _input;
    private readonly Stream _log;
    private int _lines;

    private Bystander(HttpClient client, string container, FileStream input, Stream log)
    {
        _client = client;
        _container = container;
        _input = input;
        _log = log;
    }

    /// <summary>Starts a container that echoes what is written to a pipe, and follows its log.</summary>
    public static async Task<Bystander> StartAsync(QuaidInstance engine)
    {
        string folder = engine.Scratch(Guid.NewGuid().ToString("n")), name = engine.Name("bystander");
        (await RunningCommand.RunAsync("mkfifo", [folder + "/in"])).Expect();
        await engine.Docker.OkAsync($"run -d --name {name} --network none -v {folder}:/f {BusyboxImage.Name} sh -c 'while read line; do echo $line; done </f/in'");
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.Host["unix://".Length..]), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://engine/v1.44/"),
            Timeout = TimeSpan.FromMinutes(5),
        };

        // For reading too, so that opening does not wait.
        var input = new FileStream(folder + "/in", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Stream log = await client.GetStreamAsync($"containers/{name}/logs?stdout=1&follow=1");
        return new Bystander(client, name, input, log);
    }

    /// <summary>Measures once round.</summary>
    public async Task<Latencies> MeasureAsync() =>
        new(await MedianAsync(Pings, PingAsync), await MedianAsync(Execs, ExecAsync), await MedianAsync(Echoes, EchoAsync));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _input.DisposeAsync();
        await _log.DisposeAsync();
        _client.Dispose();
    }

    private static async Task<double> MedianAsync(int count, Func<Task> action)
    {
        List<double> times = [];
        for (int i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            await action();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return Latencies.Median(times);
    }

    private Task PingAsync() => _client.GetStringAsync("/_ping");

    private async Task ExecAsync()
    {
        using HttpResponseMessage create = await _client.PostAsJsonAsync(
            $"containers/{_container}/exec", new JsonObject { ["AttachStdout"] = true, ["Cmd"] = new JsonArray("true") });
        string id = (string)JsonNode.Parse(await create.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["Id"]!;
        using HttpResponseMessage start = await _client.PostAsJsonAsync($"exec/{id}/start", new JsonObject { ["Detach"] = false });
        await start.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    private async Task EchoAsync()
    {
        string line = $"line-{++_lines}\n";
        await _input.WriteAsync(Encoding.ASCII.GetBytes(line));

        // A frame's header, then the line.
        byte[] frame = new byte[8 + line.Length];
        await _log.ReadExactlyAsync(frame);
        Assert.Equal(line, Encoding.ASCII.GetString(frame, 8, line.Length));
    }
}
