using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Quai.Daemon.Configuration;
using Quai.Daemon.Hosting;
using Quai.Daemon.Http;
using Quai.Daemon.Lifetime;
using Quai.Daemon.Logging;
using Quai.Errors;
using Quai.Images;
using Quai.Metadata;
using Quai.Networks;
using Quai.Runtime.Shims;

namespace Quai.Daemon;

/// <summary>The daemon from its start to its end.</summary>
internal static partial class Daemon
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(3);

    /// <summary>Puts everything together, serves, and stops when a signal says so.</summary>
    /// <exception cref="QuaiException">It cannot start; one sentence says why.</exception>
    public static async Task RunAsync(DaemonConfiguration configuration, TextLogger logs)
    {
        ILogger log = logs.CreateLogger("daemon");
        foreach (string ignored in configuration.Ignored)
        {
            LogIgnored(log, ignored);
        }

        foreach ((string name, string value) in configuration.Proxies)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, stop));
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Stop(c, stop));
        string dataRoot = configuration.Engine.DataRoot;
        using DataRootLock held = DataRootLock.Take(dataRoot);
        using PidFile? pid = PidFile.Write(configuration.PidFile);
        Directory.CreateDirectory(configuration.Engine.ExecRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using MetadataDatabase database = MetadataDatabase.Open(
            Path.Combine(dataRoot, "quai.db"), [.. Quai.Engine.Engine.Migrations, .. ImageStore.Migrations, .. NetworkService.Migrations]);
        using NetworkService networks = NetworkService.Open(database, configuration.Networks, logs.CreateLogger<NetworkService>());
        ImageStore images = ImageStore.Open(Path.Combine(dataRoot, "images"), database, ImagesOf(configuration), logs.CreateLogger<ImageStore>());
        using var runtime = new ContainerRuntime(configuration.ShimPath ?? Path.Combine(AppContext.BaseDirectory, "quai-shim"));
        await using Quai.Engine.Engine engine = await Quai.Engine.Engine.OpenAsync(
            configuration.Engine, database, images, networks, runtime, TimeProvider.System, logs, stop.Token);
        var facts = new DaemonFacts(engine.System.Id, DateTimeOffset.UtcNow, configuration);
        var backend = new Backend(engine.Containers, engine.Execs, engine.Events, engine.Images, engine.Networks, engine.Volumes, facts);
        using var activity = new Activity(s_idle, TimeProvider.System);
        var application = new ApiApplication(Routes.Create(backend), logs.CreateLogger("api"), activity);
        await using (ApiServer server = await ApiServer.StartAsync(
            configuration.Hosts, configuration.Tls, GroupOf(configuration, log), application, logs, stop.Token))
        {
            foreach (HostAddress host in configuration.Hosts)
            {
                LogListening(log, host.ToString());
            }

            SystemdNotice.Send("READY=1");
            // The start is work too: what it needed only once goes back.
            activity.Begin().Dispose();
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SystemdNotice.Send("STOPPING=1");
            LogStopping(log);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(configuration.Engine.ShutdownTimeout + 5));
            await engine.ShutdownAsync(deadline.Token);

            // Streams that are still open belong to clients that watch; they do not hold the daemon up.
            using var closing = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            await server.StopAsync(closing.Token);
        }

        await networks.FlushAsync(CancellationToken.None);
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    private static ImageStoreOptions ImagesOf(DaemonConfiguration configuration) => new()
    {
        InsecureRegistries = configuration.InsecureRegistries,
        RegistryMirrors = configuration.RegistryMirrors,
        MaxConcurrentDownloads = configuration.MaxConcurrentDownloads,
        MaxDownloadAttempts = configuration.MaxDownloadAttempts,
    };

    private static uint GroupOf(DaemonConfiguration configuration, ILogger log)
    {
        if (GroupFile.Find(configuration.Group) is { } group)
        {
            return group;
        }

        if (configuration.GroupRequired)
        {
            throw QuaiException.Invalid($"group {configuration.Group} not found");
        }

        LogNoGroup(log, configuration.Group);
        return 0;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "flag --{Name} is accepted and has no effect here")]
    private static partial void LogIgnored(ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "API listen on {Host}")]
    private static partial void LogListening(ILogger log, string host);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping")]
    private static partial void LogStopping(ILogger log);

    [LoggerMessage(Level = LogLevel.Debug, Message = "group {Group} does not exist: the socket belongs to root's")]
    private static partial void LogNoGroup(ILogger log, string group);
}
