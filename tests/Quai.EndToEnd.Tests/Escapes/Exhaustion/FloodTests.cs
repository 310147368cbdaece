using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace Quai.EndToEnd.Tests.Escapes.Exhaustion;

/// <summary>
/// A container that floods whatever it can flood makes neither the daemon nor another container more than twice as slow as one that only computes as much.
/// Rounds with the flood and rounds with the mere computing alternate, and medians are compared, so that a busy machine is busy for both.
/// </summary>
public sealed class FloodTests(QuaidInstance engine, ITestOutputHelper output) : IClassFixture<QuaidInstance>
{
    private const int Rounds = 5;
    private const int Comparisons = 3;
    private const double MostTimes = 2;

    // One busy process, as the flood is: a program that writes waits for its shim and the other way round.
    private const string Computing = "sh -c 'yes >/dev/null'";

    /// <summary>The floods: name, options of the container, its command, whether somebody attaches and does not read.</summary>
    public static TheoryData<string, string, string> Floods => new()
    {
        { "output", "", "yes" },
        { "long lines", "", "sh -c 'tr -d \\\\n </dev/zero'" },
        { "output into a log that is rotated all the time", "--log-opt max-size=64k --log-opt max-file=3", "yes" },
        { "output on both streams", "", "sh -c 'yes & yes >&2'" },
        { "output that somebody attached to and does not read", "", "sh -c 'read go; yes' attached" },
        { "forks to the limit of processes", "--pids-limit 200", "sh -c 'while :; do ( while :; do sleep 1000 & done ) 2>/dev/null; done'" },
        { "health checks without a pause that flood their output", "--health-cmd 'yes' --health-interval 1ms --health-timeout 50ms", "sleep 1000" },
        { "health checks without a pause", "--health-cmd true --health-interval 1ms", "sleep 1000" },
    };

    [Theory, MemberData(nameof(Floods))]
    public async Task A_flood_slows_nobody_more_than_computing_does(string name, string options, string command)
    {
        await using Bystander bystander = await Bystander.StartAsync(engine);
        await bystander.MeasureAsync();

        // What slows down for real does so each time; what another program on the machine did in one comparison it does not do in three.
        string? slowed = "";
        for (int comparison = 0; comparison < Comparisons && slowed is not null; comparison++)
        {
            slowed = await CompareAsync(name, options, command, bystander);
        }

        Assert.Null(slowed);
    }

    /// <summary>What the flood slows down, in words; null when nothing.</summary>
    private async Task<string?> CompareAsync(string name, string options, string command, Bystander bystander)
    {
        List<Latencies> computing = [], flooding = [];
        for (int round = 0; round < Rounds; round++)
        {
            computing.Add(await DuringAsync("", Computing, bystander));
            flooding.Add(await DuringAsync(options, command, bystander));
        }

        Latencies usual = Latencies.MedianOf(computing), flood = Latencies.MedianOf(flooding);
        output.WriteLine($"{name}: {flood}; computing: {usual}");

        // Beside the factor what a scheduler's turn more or less makes: some of these take microseconds.
        return Check("/_ping", flood.Ping, usual.Ping, turn: 0.5)
            ?? Check("exec", flood.Exec, usual.Exec, turn: 3)
            ?? Check("a line of a log", flood.Echo, usual.Echo, turn: 2);

        string? Check(string what, double with, double without, double turn) => with <= (MostTimes * without) + turn
            ? null
            : $"{what} takes {with:f2} ms while there is a flood of {name}, {without:f2} ms beside computing";
    }

    private async Task<Latencies> DuringAsync(string options, string command, Bystander bystander)
    {
        string name = engine.Name("flood");
        bool attached = command.EndsWith(" attached", StringComparison.Ordinal);
        command = attached ? command[..^" attached".Length] : command;
        await engine.Docker.OkAsync($"create -i --name {name} --network none {options} {BusyboxImage.Name} {command}");
        using Socket? idle = attached ? Attach(name) : null;
        await engine.Docker.OkAsync($"start {name}");
        try
        {
            if (idle is not null)
            {
                idle.Send("go\n"u8);
            }

            Latencies measured = await bystander.MeasureAsync();
            Assert.Equal("true", await engine.Docker.InspectAsync(name, "{{.State.Running}}"));
            return measured;
        }
        finally
        {
            await engine.Docker.OkAsync($"rm -f {name}");
        }
    }

    /// <summary>A client that attaches to everything and then reads nothing.</summary>
    private Socket Attach(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(engine.Host["unix://".Length..]));
        socket.Send(Encoding.ASCII.GetBytes(
            $"POST /v1.44/containers/{name}/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
        byte[] answer = new byte[12];
        Assert.Equal(12, socket.Receive(answer));
        Assert.Equal("HTTP/1.1 101", Encoding.ASCII.GetString(answer));
        return socket;
    }
}
