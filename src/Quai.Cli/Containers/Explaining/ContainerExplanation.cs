using System.Globalization;
using System.Text;
using Quai.Api.Containers;
using Quai.Api.System;
using Quai.Cli.Formatting;
using Quai.Client;
using Quai.Client.Containers;
using Quai.Client.Streams;
using Quai.Client.Transport;

namespace Quai.Cli.Containers.Explaining;

/// <summary>Finds out why a container is not running as it should, and says it with what the engine knows of it.</summary>
/// <param name="engine">The engine.</param>
/// <param name="container">The container.</param>
/// <param name="tail">How many lines of its log are shown.</param>
internal sealed class ContainerExplanation(EngineClient engine, ContainerInspect container, int tail)
{
    private const int Signals = 128, Kill = 9, Illegal = 4, Abort = 6, Bus = 7, Segment = 11, Terminate = 15, ForbiddenCall = 31;

    private readonly List<string> _lines = [];

    private string Name => container.Name.TrimStart('/');

    /// <summary>What there is to say, a line each.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Explains the container.</summary>
    /// <returns>Whether it is as it should be: it runs, or has done its work.</returns>
    public async Task<bool> ExplainAsync()
    {
        ContainerState state = container.State;
        switch (state.Status)
        {
            case "running" when state.Health is null or { Status: "healthy" or "none" or "" }:
                _lines.Add($"{Name} is running, since {state.StartedAt}");
                return true;
            case "running":
                ExplainHealth(state.Health);
                return false;
            case "paused":
                _lines.Add($"{Name} is paused: 'quai unpause {Name}' lets it go on");
                return false;
            case "created":
                await ExplainNoStartAsync(state);
                return false;
            default:
                return await ExplainEndAsync(state);
        }
    }

    private void ExplainHealth(Health health)
    {
        HealthcheckResult? last = health.Log is [.., { } newest] ? newest : null;
        _lines.Add(health.Status == "starting" && (last is null || last.ExitCode == 0)
            ? $"{Name} runs, and its health check has not passed yet"
            : $"{Name} {(health.Status == "starting" ? "runs, and is not healthy yet" : "is unhealthy")}: its health check has failed {health.FailingStreak} times in a row, the last time with exit code {last?.ExitCode}");
        _lines.AddRange((last?.Output ?? "").Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).TakeLast(Math.Max(tail, 1)).Select(line => "  | " + line));
        if (container.Config.Healthcheck?.Test is [_, .. { Count: > 0 } test])
        {
            _lines.Add($"  the check is: {string.Join(' ', test)}");
        }
    }

    private async Task ExplainNoStartAsync(ContainerState state)
    {
        if (state.Error.Length == 0)
        {
            _lines.Add($"{Name} has never been started: 'quai start {Name}' starts it");
            return;
        }

        _lines.Add($"{Name} could not be started: {state.Error.ReplaceLineEndings(" ")}");
        if (await new ProgramFile(engine, container).FindFaultAsync(await ArchitectureAsync()) is { } fault)
        {
            _lines.Add("  " + fault);
        }

        _lines.AddRange(await PortUsers.FindAsync(engine, container, "  "));
    }

    private async Task<bool> ExplainEndAsync(ContainerState state)
    {
        bool again = state.Status == "restarting";
        string when = state.FinishedAt.StartsWith("0001", StringComparison.Ordinal) ? "" : $" at {state.FinishedAt}";
        IReadOnlyList<EventMessage> events = await EventsAsync(state);
        EventMessage? killed = events.LastOrDefault(e => e.Action == "kill");
        string end = again ? $"{Name} ends again and again ({container.RestartCount} times), the last time" : $"{Name} ended{when}";
        if (state.OOMKilled)
        {
            _lines.Add($"{end} because it wanted more memory than it may have{Limit()}: the kernel ended {(state.ExitCode == Signals + Kill ? "its program" : "one of its processes")}");
            _lines.Add($"  'quai update --memory SIZE{(container.HostConfig.MemorySwap > 0 ? " --memory-swap SIZE" : "")} {Name}' gives it more; 'quai stats {Name}' shows what it uses");
        }
        else if (state.Error.Length > 0)
        {
            _lines.Add($"{end}: {state.Error.ReplaceLineEndings(" ")}");
        }
        else if (state.ExitCode == 0)
        {
            _lines.Add($"{end} by itself, with exit code 0: its program had no more to do");
            if (container.Config is { Tty: false, OpenStdin: false } && container.Path.Split('/')[^1] is "sh" or "bash" or "ash" or "dash" && container.Args.Count == 0)
            {
                _lines.Add("  it is a shell without anything to read: 'quai run -it' gives it a terminal");
            }

            return !again;
        }
        else if (killed is not null && state.ExitCode > Signals)
        {
            _lines.Add($"{end} by signal {state.ExitCode - Signals}, as a client of the engine asked ({TimeOf(killed)}: {(events.Any(e => e.Action == "stop") ? "stop" : "kill")}, signal {killed.Actor.Attributes?.GetValueOrDefault("signal")})");
            if (state.ExitCode == Signals + Kill && events.Any(e => e.Action == "stop"))
            {
                _lines.Add($"  it did not end at {container.Config.StopSignal ?? "SIGTERM"} within its time: a program with pid 1 must handle that signal itself, or be run by an init ('quai run --init')");
            }

            return false;
        }
        else
        {
            _lines.Add($"{end} with exit code {state.ExitCode}{Meaning(state.ExitCode)}");
        }

        if (state.ExitCode is 126 or 127 or 255 && await new ProgramFile(engine, container).FindFaultAsync(await ArchitectureAsync()) is { } fault)
        {
            _lines.Add("  " + fault);
        }

        _lines.AddRange(await PortUsers.FindAsync(engine, container, "  "));
        await ShowLogAsync();
        return false;
    }

    private string Limit() => container.HostConfig.Memory > 0 ? $" ({Units.BinarySize(container.HostConfig.Memory)})" : " on this machine: it has no limit of its own";

    private static string Meaning(int code) => (code - Signals) switch
    {
        Kill => ": signal 9 (SIGKILL), which no client of the engine has asked for: another process of the machine sent it, or the kernel, for the whole machine was out of memory",
        ForbiddenCall => ": signal 31 (SIGSYS): it made a system call that its filter forbids; 'quai run --security-opt seccomp=unconfined' shows whether that is so, and a profile can allow the one call",
        Segment => ": signal 11 (SIGSEGV): the program itself is faulty, or built for another processor",
        Illegal => ": signal 4 (SIGILL): it was built for a newer processor than this machine's",
        Bus => ": signal 7 (SIGBUS): often /dev/shm was full; 'quai run --shm-size SIZE' gives it more",
        Abort => ": signal 6 (SIGABRT): the program gave up by itself; its log says why",
        Terminate => ": signal 15 (SIGTERM): something in the container or on the machine asked it to end",
        > 0 and <= 64 and var signal => string.Create(CultureInfo.InvariantCulture, $": signal {signal}"),
        _ => "",
    };

    private async Task<IReadOnlyList<EventMessage>> EventsAsync(ContainerState state)
    {
        List<EventMessage> events = [];
        string since = DateTimeOffset.TryParse(state.StartedAt, CultureInfo.InvariantCulture, out DateTimeOffset started) ? started.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : "0";
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string until = string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeSeconds()}.{now.Ticks % TimeSpan.TicksPerSecond * 100:D9}");
        await foreach (EventMessage message in engine.System.EventsAsync([new("container", container.Id), new("type", "container")], since, until))
        {
            events.Add(message);
        }

        return events;
    }

    private static string TimeOf(EventMessage message) => DateTimeOffset.FromUnixTimeSeconds(message.Time).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private async Task<string> ArchitectureAsync() => (await engine.System.VersionAsync()).Arch;

    private async Task ShowLogAsync()
    {
        if (tail == 0)
        {
            return;
        }

        using MemoryStream text = new();
        try
        {
            using ResponseStream response = await engine.Containers.LogsAsync(container.Id, new LogOptions { Tail = tail.ToString(CultureInfo.InvariantCulture) });
            if (container.Config.Tty)
            {
                await response.CopyToAsync(text);
            }
            else
            {
                StdCopy.Copy(response.Read, text, text);
            }
        }
        catch (DaemonException e)
        {
            _lines.Add($"  its log cannot be read: {e.Message}");
            return;
        }

        string[] words = [.. Encoding.UTF8.GetString(text.ToArray()).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)];
        _lines.Add(words.Length == 0 ? "  it has written nothing" : "  its last words:");
        _lines.AddRange(words.TakeLast(tail).Select(line => "  | " + line));
    }
}
