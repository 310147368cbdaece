using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Quai.Api.System;
using Quai.Cli.Compose.Lifecycle;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Convergence;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Following;

/// <summary>Runs a project in the foreground: shows what its containers write until they have ended, and stops them when the user wants to.</summary>
internal sealed class Foreground(ComposeScope scope, ComposeProject project, ForegroundOptions options) : IDisposable
{
    private const int InterruptedCode = 130;

    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _interrupted = new(), _end = new();
    private readonly ConcurrentDictionary<string, string> _live = new(), _ended = new(), _prepared = new();
    private readonly ConcurrentDictionary<string, long> _endedAt = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogPrinter _printer = new(scope.Out, scope.Error, !options.NoColour && scope.Globals.HasColours(scope.Out), !options.NoPrefix);
    private volatile bool _hasOutput;
    private KeyboardMenu? _menu;
    private int _interrupts;
    private bool _isUp, _stops;
    private string _exitCodeFrom = options.ExitCodeFrom;
    private int _exitCode;

    /// <summary>Brings the project up, and stays until its containers have ended.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(BringUpRequest request)
    {
        Attachments attachments = new(scope.Engine, _printer, options.Timestamps);
        using IDisposable signals = Signals();
        await scope.Engine.GetVersionAsync();
        Task events = FollowAsync(attachments);
        try
        {
            await new BringUp(scope, Show).RunAsync(project, request with
            {
                BeforeStart = async (id, name, cancellation) =>
                {
                    _hasOutput = true;
                    if (ServiceOf(name) is not { } service)
                    {
                        return;
                    }

                    // From here on its end is waited for, however soon that is.
                    _live[id] = service.Name;
                    if (IsAttached(service))
                    {
                        _prepared[id] = service.Name;
                        await attachments.AttachAsync(id, LogNames.Of(project.Name, name), cancellation);
                    }
                },
            }, _interrupted.Token);
            await AdoptAsync(attachments);
            if (options.Menu is var (open, beginsAtOnce) && !_done.Task.IsCompleted)
            {
                scope.Progress.Settle();
                _menu = new(scope.Out, _printer, open, Interrupt);
                if (beginsAtOnce)
                {
                    _menu.Toggle();
                }
            }

            Task watching = options.Watch?.Invoke(_printer.Say, _interrupted.Token) ?? _done.Task;
            await await Task.WhenAny(_done.Task, watching).WaitAsync(_interrupted.Token);
        }
        catch (OperationCanceledException) when (_interrupted.IsCancellationRequested)
        {
            _menu?.Dispose();
            scope.Progress.Settle();
            scope.Error.WriteLine("Gracefully Stopping... press Ctrl+C again to force");
            await StopAsync(request.StopTimeout);
            _exitCode = InterruptedCode;
        }

        _menu?.Dispose();
        if (_stops)
        {
            scope.Error.WriteLine("Aborting on container exit...");
            await StopAsync(request.StopTimeout);
        }

        await attachments.EndAsync(s_lastWords);
        await _end.CancelAsync();
        await events;
        return _exitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _menu?.Dispose();
        _interrupted.Dispose();
        _end.Dispose();
    }

    /// <summary>Shows progress, on a terminal only until containers write there.</summary>
    private void Show(ConvergenceEvent happening)
    {
        if (!scope.Progress.IsDrawn || !_hasOutput)
        {
            scope.Progress.Show(happening);
        }
        else
        {
            scope.Progress.Settle();
        }
    }

    private bool IsAttached(ComposeService service) => options.Attached is { } only ? only.Contains(service.Name) : service.Attach != false;

    /// <summary>The service of a container that is about to be started.</summary>
    private ComposeService? ServiceOf(string container) => project.Services.Values.FirstOrDefault(service =>
        service.ContainerName == container || (container.StartsWith($"{project.Name}-{service.Name}-", StringComparison.Ordinal) && int.TryParse(container.AsSpan(project.Name.Length + service.Name.Length + 2), out _)));

    /// <summary>Looks at what runs once everything is up: containers that ran before are attached to, and if nothing runs, it is over.</summary>
    private async Task AdoptAsync(Attachments attachments)
    {
        foreach (ObservedContainer container in await scope.Observer.ContainersAsync(project.Name, all: false))
        {
            if (!container.IsOneOff && project.Services.TryGetValue(container.Service, out ComposeService? service))
            {
                // It may have ended since it was listed.
                _live.TryAdd(container.Id, container.Service);
                if (_ended.ContainsKey(container.Id))
                {
                    _live.TryRemove(container.Id, out _);
                }

                if (IsAttached(service))
                {
                    await attachments.AttachAsync(container.Id, LogNames.Of(project.Name, container), CancellationToken.None);
                }
            }
        }

        _isUp = true;
        EndIfNothingRuns();
    }

    private async Task FollowAsync(Attachments attachments)
    {
        KeyValuePair<string, string>[] filters = [new("type", "container"), new("label", $"{ComposeLabels.Project}={project.Name}"), new("event", "start"), new("event", "die")];
        string since = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() is var now ? string.Create(CultureInfo.InvariantCulture, $"{now / 1000}.{now % 1000:000}") : "";
        try
        {
            await foreach (EventMessage message in scope.Engine.System.EventsAsync(filters, since, cancellation: _end.Token))
            {
                string service = message.Actor.Attributes.GetValueOrDefault(ComposeLabels.Service, "");
                if (message.Actor.Attributes.GetValueOrDefault(ComposeLabels.OneOff) == "True" || !project.Services.TryGetValue(service, out ComposeService? known))
                {
                    continue;
                }

                string name = LogNames.Of(project.Name, message.Actor.Attributes.GetValueOrDefault("name", ""));
                if (message.Action == "start")
                {
                    _ended.TryRemove(message.Actor.ID, out _);
                    _live[message.Actor.ID] = service;
                    if (IsAttached(known) && !_prepared.TryRemove(message.Actor.ID, out _))
                    {
                        await (_endedAt.TryGetValue(message.Actor.ID, out long time)
                            ? attachments.ContinueAsync(message.Actor.ID, name, time, _end.Token)
                            : attachments.AttachAsync(message.Actor.ID, name, _end.Token));
                    }

                    continue;
                }

                await ShowEndAsync(attachments, message, known, name);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionException or ObjectDisposedException)
        {
            _done.TrySetResult();
        }
    }

    private async Task ShowEndAsync(Attachments attachments, EventMessage message, ComposeService service, string name)
    {
        int code = int.TryParse(message.Actor.Attributes.GetValueOrDefault("exitCode"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given) ? given : 0;
        bool isRestarting = false;
        if (!_interrupted.IsCancellationRequested && !_stops)
        {
            try
            {
                isRestarting = (await scope.Engine.Containers.InspectAsync(message.Actor.ID)).State is { Restarting: true } or { Running: true };
            }
            catch (DaemonException)
            {
                // It has been removed.
            }
        }

        _endedAt[message.Actor.ID] = message.TimeNano;
        await attachments.EndAsync(message.Actor.ID, s_lastWords);
        _printer.Say($"{name} exited with code {code}{(isRestarting ? " (restarting)" : "")}");
        if (isRestarting)
        {
            return;
        }

        _ended[message.Actor.ID] = service.Name;
        _live.TryRemove(message.Actor.ID, out _);
        if (!_stops && (options.StopsAtExit || (options.StopsAtFailure && code != 0)))
        {
            _stops = true;
            _exitCodeFrom = _exitCodeFrom.Length > 0 ? _exitCodeFrom : service.Name;
            _exitCode = _exitCodeFrom == service.Name ? code : _exitCode;
            _done.TrySetResult();
        }
        else if (_exitCodeFrom == service.Name)
        {
            _exitCode = code;
        }

        EndIfNothingRuns();
    }

    private void EndIfNothingRuns()
    {
        if (_isUp && _live.IsEmpty && options.Watch is null && _menu is not { IsWatching: true })
        {
            _done.TrySetResult();
        }
    }

    private async Task StopAsync(long? timeout)
    {
        IReadOnlyList<ObservedContainer> containers = await scope.Observer.ContainersAsync(project.Name);
        ConvergencePlan plan = LifecyclePlanner.Stop(project, [.. containers.Where(container => !container.IsOneOff && project.Services.ContainsKey(container.Service))]);
        ExecutionOptions execution = new() { Context = scope.Context, StopTimeout = timeout, Parallelism = scope.Globals.Parallelism };
        await new PlanExecution(scope.Engine, project, execution, scope.Progress.Show).RunAsync(plan, new ObservedProject { Containers = containers });
        scope.Progress.Settle();
    }

    private async Task KillAsync()
    {
        foreach (ObservedContainer container in await scope.Observer.ContainersAsync(project.Name, all: false))
        {
            try
            {
                await scope.Engine.Containers.KillAsync(container.Id);
            }
            catch (DaemonException)
            {
                // It has ended meanwhile.
            }
        }
    }

    /// <summary>Once it ends in order, twice at once.</summary>
    private void Interrupt()
    {
        if (Interlocked.Increment(ref _interrupts) == 1)
        {
            _interrupted.Cancel();
        }
        else
        {
            _ = KillAsync();
        }
    }

    private Pair Signals()
    {
        void Take(PosixSignalContext context)
        {
            context.Cancel = true;
            Interrupt();
        }

        return new(PosixSignalRegistration.Create(PosixSignal.SIGINT, Take), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take));
    }

    private sealed class Pair(IDisposable one, IDisposable other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
