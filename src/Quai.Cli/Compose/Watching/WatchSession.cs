using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Following;
using Quai.Cli.Compose.Images;
using Quai.Cli.Compose.Lifecycle;
using Quai.Cli.Compose.Projects;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Compose.Model.Building;
using Quai.Compose.Model.Services;
using Quai.Convergence;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Cli.Compose.Watching;

/// <summary>Watches the files of a project's services, and does what their rules say when they change.</summary>
internal sealed class WatchSession : IDisposable
{
    private readonly ComposeScope _scope;
    private readonly ComposeProject _project;
    private readonly WatchOptions _options;
    private readonly IReadOnlyList<WatchedRule> _rules;
    private readonly ContainerSync _sync;
    private readonly ChangeFeed _feed;
    private readonly WatchLock? _lock;

    /// <summary>Reads the rules, and takes note of changes from now on: what changes while the services are brought up is followed as well.</summary>
    /// <param name="scope">Where the project is.</param>
    /// <param name="project">The project.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ExitException">No service has rules, one asks for what cannot be, or there is nothing at its path.</exception>
    public WatchSession(ComposeScope scope, ComposeProject project, WatchOptions options)
    {
        (_scope, _project, _options) = (scope, project, options);
        _sync = new ContainerSync(scope.Engine);
        _rules = [.. project.Services.Values.OrderBy(service => service.Name, StringComparer.Ordinal).SelectMany(Rules)];
        if (_rules.Count == 0)
        {
            throw new ExitException(1, "none of the selected services is configured for watch, consider setting a 'develop' section");
        }

        // One that only says what it would do is in nobody's way.
        _lock = scope.Globals.IsDryRun ? null : WatchLock.Take(project.Name);
        _feed = new ChangeFeed(_rules.Select(rule => rule.Path), TimeProvider.System);
    }

    /// <summary>The rules, as sentences.</summary>
    public IEnumerable<string> Sentences => _rules.Select(rule => $"watch {rule.Path}: {rule.Rule.Action} service {rule.Service}{(rule.Copies ? $" at {rule.Rule.Target}" : "")}");

    /// <summary>Watches until it is cancelled. A change that cannot be followed is told, and the next is waited for.</summary>
    /// <param name="say">Gets what happens.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ExitException">What is watched can be watched no longer.</exception>
    public async Task RunAsync(Action<string> say, CancellationToken cancellation)
    {
        foreach (WatchedRule rule in _rules.Where(rule => rule.Rule.InitialSync && rule.Copies))
        {
            await TryAsync(say, "", () => SyncAsync(say, rule.Service, [.. rule.All()], cancellation));
        }

        say("Watch enabled");
        while (true)
        {
            WatchBatch batch = WatchBatch.Of(_rules, await _feed.NextAsync(cancellation));
            await FollowAsync(batch, say, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _feed.Dispose();
        _lock?.Dispose();
    }

    private async Task FollowAsync(WatchBatch batch, Action<string> say, CancellationToken cancellation)
    {
        if (batch.Rebuilt.Count > 0)
        {
            await TryAsync(say, "", () => RebuildAsync(batch.Rebuilt, say, cancellation));
        }

        foreach ((string service, IReadOnlyList<WatchedFile> files) in batch.Synced)
        {
            await TryAsync(say, service, () => SyncAsync(say, service, files, cancellation));
        }

        if (batch.Restarted.Count > 0)
        {
            await TryAsync(say, "", async () =>
            {
                ProjectContainers found = new(_project, await _scope.Observer.ContainersAsync(_project.Name, cancellation: cancellation), HasFiles: true);
                await ServiceRestarts.RunAsync(_scope, found, batch.Restarted, withDependents: true, timeout: null, cancellation);
                say($"service(s) {Names(batch.Restarted)} restarted");
            });
        }

        foreach ((string service, ServiceHook command) in batch.Executed)
        {
            await TryAsync(say, service, async () =>
            {
                foreach (ObservedContainer container in await RunningAsync(service, cancellation))
                {
                    using LineStream lines = new(line => say($"{container.Name}  | {Encoding.UTF8.GetString(line)}"));
                    await new ServiceHooks(_scope.Engine).RunAsync(service, container.Id, [command], cancellation, lines, "the command of sync+exec");
                    lines.End();
                }
            });
        }
    }

    private async Task SyncAsync(Action<string> say, string service, IReadOnlyList<WatchedFile> files, CancellationToken cancellation)
    {
        ObservedContainer[] containers = await RunningAsync(service, cancellation);
        if (files.Count == 0 || containers.Length == 0)
        {
            return;
        }

        say($"Syncing service \"{service}\" after {files.Count} changes were detected");
        await Task.WhenAll(containers.Select(container => _sync.SyncAsync(container, files, cancellation)));
    }

    private async Task RebuildAsync(IReadOnlyList<string> services, Action<string> say, CancellationToken cancellation)
    {
        say($"Rebuilding service(s) {Names(services)} after changes were detected...");
        new ImageBuilds(_scope).Build(_project, services.Select(name => _project.Services[name]), new() { IsQuiet = _options.IsQuiet });
        say($"service(s) {Names(services)} successfully built");
        await new BringUp(_scope).RunAsync(_project, new()
        {
            Plan = new() { Services = services, Recreate = RecreatePolicy.Always, RecreateDependencies = RecreatePolicy.Never },
            Images = null,
        }, cancellation);
        if (_options.Prunes)
        {
            await _scope.Engine.Images.PruneAsync([new("dangling", "true"), new("label", $"{ComposeLabels.Project}={_project.Name}")], cancellation);
        }
    }

    private async Task<ObservedContainer[]> RunningAsync(string service, CancellationToken cancellation) =>
        [.. (await _scope.Observer.ContainersAsync(_project.Name, all: false, cancellation: cancellation)).Where(container => container.Service == service && container.IsRunning && !container.IsOneOff)];

    private IEnumerable<WatchedRule> Rules(ComposeService service)
    {
        foreach (WatchRule rule in service.Develop?.Watch ?? [])
        {
            if (rule.Action == "rebuild" && service.Build is null)
            {
                throw new ExitException(1, $"can't watch service \"{service.Name}\" with action rebuild without a build context");
            }

            if (rule.Action == "rebuild" && _options.NeverBuilds)
            {
                throw new ExitException(1, $"--no-build is incompatible with watch action rebuild in service {service.Name}");
            }

            if (rule.Action == "sync+exec" && rule.Exec.Command is not { Count: > 0 })
            {
                throw new ExitException(1, $"service \"{service.Name}\": develop.watch: the action sync+exec needs exec.command");
            }

            WatchedRule watched = new(service, rule);
            if (watched.Copies && service.Volumes.Any(mount => mount.Type == "bind" && mount.Source.Length > 0 && (watched.Path + "/").StartsWith(mount.Source.TrimEnd('/') + "/", StringComparison.Ordinal)))
            {
                _scope.Warn($"path '{watched.Path}' also declared by a bind mount volume, this path won't be monitored!");
                continue;
            }

            yield return watched;
        }
    }

    private static string Names(IEnumerable<string> services) => $"[{string.Join(' ', services.Select(service => $"\"{service}\""))}]";

    private static async Task TryAsync(Action<string> say, string service, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is ConvergenceException or DaemonException or ConnectionException or ExitException or QuaiException or LinuxException or IOException or UnauthorizedAccessException)
        {
            say($"{(service.Length > 0 ? $"service \"{service}\": " : "")}{(e.Message.Length > 0 ? e.Message : "the build failed")}");
        }
    }
}
