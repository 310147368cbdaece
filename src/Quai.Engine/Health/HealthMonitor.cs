using System.Text;
using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Execs;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Runtime;

namespace Quai.Engine.Health;

/// <summary>Runs a container's health check periodically while it runs, and knows its status: starting, healthy or unhealthy.</summary>
internal sealed class HealthMonitor : IDisposable
{
    private const int KeptResults = 5, KeptOutput = 4096, DefaultRetries = 3, Kill = 9;
    // An image chooses how often it is checked and how; it must not keep the daemon busy with that.
    private const int FreeOutput = 1 << 20, RestFactor = 4;
    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(1), s_outputRest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30), s_startInterval = TimeSpan.FromSeconds(5);
    private readonly Container _container;
    private readonly ContainerRun _run;
    private readonly ExecService _execs;
    private readonly EventHub _events;
    private readonly Action _unhealthy;
    private readonly TimeProvider _time;
    private readonly HealthSpec _config;
    private readonly List<string> _command;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<HealthcheckResult> _results = [];
    private string _status = "starting";
    private int _failures;

    private HealthMonitor(Container container, ContainerRun run, ExecService execs, EventHub events, Action unhealthy, TimeProvider time, HealthSpec config, List<string> command)
    {
        _container = container;
        _run = run;
        _execs = execs;
        _events = events;
        _unhealthy = unhealthy;
        _time = time;
        _config = config;
        _command = command;
    }

    /// <summary>Starts checking; null if the container has no check.</summary>
    /// <param name="container">The container.</param>
    /// <param name="run">Its run.</param>
    /// <param name="execs">Runs the check.</param>
    /// <param name="events">Told of changes.</param>
    /// <param name="unhealthy">Called when it is found unhealthy.</param>
    /// <param name="time">The clock.</param>
    public static HealthMonitor? Start(Container container, ContainerRun run, ExecService execs, EventHub events, Action unhealthy, TimeProvider time)
    {
        if (container.Spec.Health is not { Test: { Count: > 0 } test } config || test[0] is "" or "NONE")
        {
            return null;
        }

        List<string> command = test[0] == "CMD-SHELL" ? [.. container.Spec.Program.Shell ?? ["/bin/sh", "-c"], .. test.Skip(1)] : [.. test.Skip(1)];
        var monitor = new HealthMonitor(container, run, execs, events, unhealthy, time, config, command);
        _ = monitor.LoopAsync();
        return monitor;
    }

    /// <summary>The status and the last results.</summary>
    public Api.Containers.Health Read()
    {
        lock (_lock)
        {
            return new Api.Containers.Health { Status = _status, FailingStreak = _failures, Log = [.. _results] };
        }
    }

    /// <summary>Just the status.</summary>
    public string Status
    {
        get
        {
            lock (_lock)
            {
                return _status;
            }
        }
    }

    /// <summary>Stops checking.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task LoopAsync()
    {
        DateTimeOffset begun = _time.GetUtcNow();
        TimeSpan grace = FromNano(_config.StartPeriod, TimeSpan.Zero), took = TimeSpan.Zero;
        try
        {
            while (true)
            {
                bool starting = grace > TimeSpan.Zero && Status == "starting" && _time.GetUtcNow() - begun < grace;
                TimeSpan wait = starting ? FromNano(_config.StartInterval, s_startInterval) : FromNano(_config.Interval, s_interval);
                await Task.Delay(Rest(wait, took), _time, _stop.Token).ConfigureAwait(false);
                if (_container.State.Status != ContainerStatus.Running || _container.Run != _run)
                {
                    continue;
                }

                long started = _time.GetTimestamp();
                HealthcheckResult? result = await ProbeAsync().ConfigureAwait(false);
                took = _time.GetElapsedTime(started);
                if (result is not null)
                {
                    Judge(result, _time.GetUtcNow() - begun < grace);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Runs the check; null when it could not be run for a reason that says nothing about the container.</summary>
    private async Task<HealthcheckResult?> ProbeAsync()
    {
        TimeSpan timeout = FromNano(_config.Timeout, s_interval);
        DateTimeOffset start = _time.GetUtcNow();
        var output = new MemoryStream();
        int exitCode;
        string? problem = null;
        try
        {
            var request = new ExecCreateRequest { Cmd = _command, AttachStdout = true, AttachStderr = true };
            (_, IExecProcess process) = await _execs.RunAsync(_container, request, new AttachStreams(false, true, true), _stop.Token).ConfigureAwait(false);
            Task reading = ReadAsync(process.Streams, output);
            try
            {
                exitCode = await process.Exit.WaitAsync(timeout, _time, _stop.Token).ConfigureAwait(false);
                await reading.WaitAsync(TimeSpan.FromSeconds(1), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (TimeoutException)
            {
                SystemCall.Quick(SystemCallNumber.Kill, process.Pid, Kill);
                exitCode = -1;
                problem = $"Health check exceeded timeout ({timeout.TotalSeconds}s)";
            }
            finally
            {
                if (process.Streams is { } streams)
                {
                    await streams.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        catch (RuntimeStartException e) when (e.Errno == RuntimeStartException.OtherVersion)
        {
            return null;
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            exitCode = -1;
            problem = e.Message;
        }

        string text;
        lock (output)
        {
            text = Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
        }

        return new HealthcheckResult { Start = ApiTime.Format(start), End = ApiTime.Format(_time.GetUtcNow()), ExitCode = exitCode, Output = problem is null ? text : problem + (text.Length > 0 ? ": " + text : "") };
    }

    // Removes the framing (8 bytes of header, then the text) and keeps the beginning.
    private static async Task ReadAsync(AttachConnection? streams, MemoryStream output)
    {
        if (streams is null)
        {
            return;
        }

        byte[] header = new byte[8], text = new byte[16 << 10];
        long total = 0;
        try
        {
            while (await streams.Stream.ReadAtLeastAsync(header, 8, throwOnEndOfStream: false).ConfigureAwait(false) == 8)
            {
                int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
                text = length > text.Length ? new byte[length] : text;
                await streams.Stream.ReadExactlyAsync(text.AsMemory(0, length)).ConfigureAwait(false);
                lock (output)
                {
                    output.Write(text, 0, (int)Math.Min(length, Math.Max(0, KeptOutput - output.Length)));
                }

                // Everything is read, so that no check blocks for ever; but a check with so much output is not read at full speed.
                total += length;
                if (total > FreeOutput)
                {
                    await Task.Delay(s_outputRest).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }

    private void Judge(HealthcheckResult result, bool grace)
    {
        string? changed = null;
        lock (_lock)
        {
            if (_results.Count == KeptResults)
            {
                _results.RemoveAt(0);
            }

            _results.Add(result);
            string before = _status;
            if (result.ExitCode == 0)
            {
                _failures = 0;
                _status = "healthy";
            }
            else if (!(grace && _status == "starting"))
            {
                _failures++;
                _status = _failures >= (_config.Retries == 0 ? DefaultRetries : _config.Retries) ? "unhealthy" : _status;
            }

            changed = _status == before ? null : _status;
        }

        if (changed is not null && !_stop.IsCancellationRequested)
        {
            _events.Publish("container", "health_status: " + changed, _container.Id, _container.EventAttributes());
            if (changed == "unhealthy")
            {
                _unhealthy();
            }
        }
    }

    /// <summary>The delay before the next check: as requested, but if that is under a second, at least a few times as long as the last one took.</summary>
    internal static TimeSpan Rest(TimeSpan wanted, TimeSpan took)
    {
        TimeSpan least = took * RestFactor < s_longestRest ? took * RestFactor : s_longestRest;
        return wanted > least ? wanted : least;
    }

    private static TimeSpan FromNano(long nano, TimeSpan otherwise) => nano == 0 ? otherwise : TimeSpan.FromTicks(Math.Max(1, nano / 100));
}
