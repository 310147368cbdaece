using Microsoft.Extensions.Logging;
using Quai.Build;
using Quai.Build.Execution;
using Quai.Build.Caching;
using Quai.BuildKit;
using Quai.BuildKit.Frontends;
using Quai.BuildKit.Sessions;
using Quai.Cdi;
using Quai.Daemon.Builds;
using Quai.Rpc.TakenOver;
using Quai.Daemon.Configuration;
using Quai.Daemon.Hosting;
using Quai.Daemon.Http;
using Quai.Daemon.Logging;
using Quai.Engine;
using Quai.Engine.Host;
using Quai.Errors;
using Quai.Frontend;
using Quai.Images;
using Quai.Linux;
using Quai.Metadata;
using Quai.Networks;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Transport;
using Quai.Runtime.Shims;

namespace Quai.Daemon.Lifetime;

/// <summary>The whole daemon: its stores on the roots, the engine on the stores, the API on the engine.</summary>
internal sealed partial class Daemon : IAsyncDisposable
{
    /// <summary>How long the API's own streams (events, logs) may continue once the containers have been dealt with.</summary>
    private static readonly TimeSpan StreamGrace = TimeSpan.FromMilliseconds(500);

    /// <summary>How long killing takes after the containers' own time is over.</summary>
    private static readonly TimeSpan ShutdownMargin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan IdleBeforeTrim = TimeSpan.FromSeconds(5);

    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly TextLogger _log;
    private DaemonConfiguration _configuration;
    private Engine.Engine? _engine;
    private ImageServices? _images;
    private NetworkService? _networks;
    private readonly TakenOverConnections _takenOver = new();
    private BuildKitService? _builds;
    private ApiServer? _server;

    private Daemon(DaemonConfiguration configuration, TextLogger log)
    {
        _configuration = configuration;
        _log = log;
    }

    /// <summary>Starts everything. If one part fails, the earlier ones are shut down.</summary>
    /// <exception cref="QuaiException">One sentence says which and why.</exception>
    public static async Task<Daemon> StartAsync(DaemonConfiguration configuration, TextLogger log, CancellationToken cancellation)
    {
        var daemon = new Daemon(configuration, log);
        try
        {
            await daemon.OpenAsync(cancellation);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reloads the configuration file: labels, debugging, mirrors and insecure registries are applied, the rest needs a restart.</summary>
    public void Reload(Settings line)
    {
        try
        {
            DaemonConfiguration read = DaemonConfiguration.Load(line);
            _configuration = _configuration with
            {
                Debug = read.Debug,
                LogLevel = read.LogLevel,
                Engine = _configuration.Engine with { Labels = read.Engine.Labels },
                InsecureRegistries = read.InsecureRegistries,
                RegistryMirrors = read.RegistryMirrors,
            };
            _images?.Configure(read.InsecureRegistries, read.RegistryMirrors);
            _log.Level = read.LogLevel;
            Reloaded(_log, read.File.Path);
            _engine?.Events.Publish("daemon", "reload", _engine.System.Id, new Dictionary<string, string> { ["name"] = Environment.MachineName });
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            NotReloaded(_log, e.Message);
        }
    }

    /// <summary>
    /// Shuts the daemon down in order: containers stop first (unless they may live on), while clients are still notified; then the API ends.
    /// </summary>
    public async Task ShutdownAsync(CancellationToken cancellation)
    {
        ServiceManager.Notify("STOPPING=1");
        // Builds first: their calls keep connections busy, for which the server would wait.
        _builds?.StopBuilds();
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            patience.CancelAfter(TimeSpan.FromSeconds(_configuration.Engine.ShutdownTimeout) + ShutdownMargin);
            await _engine!.ShutdownAsync(patience.Token);
        }

        using var grace = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        grace.CancelAfter(StreamGrace);
        await _server!.StopAsync(grace.Token);
        await _networks!.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out IAsyncDisposable? part))
        {
            await part.DisposeAsync();
        }
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        DaemonConfiguration configuration = _configuration;
        foreach (Flag flag in configuration.Unneeded)
        {
            NoEffect(_log, flag.Name, flag.Unneeded!);
        }

        if (configuration.PidFile.Length > 0)
        {
            Own(PidFile.Create(configuration.PidFile));
        }

        uint group = SocketGroup();
        Own(RootLock.Take(configuration.Engine.DataRoot, PassingGroup(configuration.Engine.DataRoot, group)));
        Own(RootLock.Take(configuration.Engine.ExecRoot, PassingGroup(configuration.Engine.ExecRoot, group)));

        MetadataDatabase database = Own(MetadataDatabase.Open(
            Path.Combine(configuration.Engine.DataRoot, "quai.db"),
            [.. Engine.Engine.Migrations, .. ImageServices.Migrations, .. NetworkService.Migrations, .. Builder.Migrations]));
        ImageServices images = _images = Own(ImageServices.Open(
            Path.Combine(configuration.Engine.DataRoot, "images"),
            database,
            new ImageStoreOptions
            {
                Registries = new RegistryOptions
                {
                    InsecureRegistries = configuration.InsecureRegistries,
                    RegistryMirrors = configuration.RegistryMirrors,
                    MaxDownloadAttempts = configuration.MaxDownloadAttempts,
                    CertificateFolders = configuration.RegistryCertificates,
                    Proxies = new ProxyRules(configuration.Proxies.Http.Address, configuration.Proxies.Https.Address, configuration.Proxies.None),
                    UserAgent = $"quai/{Product.Version}",
                },
                MaxConcurrentDownloads = configuration.MaxConcurrentDownloads,
                MaxConcurrentUploads = configuration.MaxConcurrentUploads,
                PolicyFile = configuration.TrustPolicy,
                OtherOwners = [new BuildOwnership()],
            },
            _log));
        _networks = NetworkService.Open(database, configuration.Networks, _log.CreateLogger<NetworkService>());
        Own(_networks);
        ContainerRuntime runtime = new(configuration.ShimPath ?? Path.Combine(AppContext.BaseDirectory, "quai-shim"));
        Own(runtime);
        _engine = Own(await Engine.Engine.OpenAsync(configuration.Engine, database, images.Images, _networks, runtime, TimeProvider.System, _log, cancellation));

        SystemService system = _engine.System;
        (_builds, ClassicBuild classic, Builder builder) = await ComposeBuildsAsync(database, images, cancellation);
        var activity = new Activity(IdleBeforeTrim, builder.Rest, TimeProvider.System);
        Own(activity);
        var backend = new Backend(_engine.Containers, _engine.Files, _engine.Execs, _engine.Events, images.Images, images.Registries, images.Signatures, _networks, _engine.Volumes, system.Info, () => _configuration, _builds, classic, builder.Cache);
        _server = Own(await ApiServer.StartAsync(configuration.Hosts, configuration.Tls, group, new ApiApplication(Routes.Create(backend), _log, activity, _builds, configuration.IsExperimental), _takenOver, new ConnectionHandler(_builds.ServeAloneAsync), _log, cancellation));
        foreach (HostAddress host in configuration.Hosts)
        {
            Listening(_log, host.ToString());
            if (host.Tcp is { } tcp && !host.IsLocal && configuration.Tls?.ClientAuthorityPath is null)
            {
                Unprotected(_log, tcp.ToString());
            }
        }

        // What starting used is not needed again.
        activity.Begin().Dispose();
        ServiceManager.Notify("READY=1");
        Started(_log, Product.Version);
    }

    private async Task<(BuildKitService Service, ClassicBuild Classic, Builder Builder)> ComposeBuildsAsync(MetadataDatabase database, ImageServices images, CancellationToken cancellation)
    {
        EngineOptions engine = _configuration.Engine;
        IReadOnlyList<CachePruneOptions> policies = _configuration.Builder.PoliciesFor(new DriveInfo(engine.DataRoot).TotalSize);
        var sessions = new BuildSessions();
        var options = new BuilderOptions(Path.Combine(engine.DataRoot, "build", "caches"), Path.Combine(engine.ExecRoot, "secrets"), Path.Combine(engine.ExecRoot, "rootfs"))
        {
            Policies = policies,
            Entitlements = _configuration.Builder.Entitlements,
            Devices = new DeviceCatalog(engine.CdiFolders),
            ChosenCacheFolders = _configuration.Builder.CacheFolders,
            HistoryEntries = _configuration.Builder.HistoryEntries,
            HistoryAge = _configuration.Builder.HistoryAge,
            Log = _log,
            Proxy = new ProxyRules(_configuration.Proxies.Http.Address, _configuration.Proxies.Https.Address, _configuration.Proxies.None),
        };
        bool isBuiltIn = _configuration.Builder.IsFrontendBuiltIn;
        var worker = new WorkerIdentity(_engine!.System.Id, Product.Version, RunnablePlatforms.Find) { HostGateway = _networks!.HostGateways is [var gateway, ..] ? gateway.ToString() : null, Policies = policies, Devices = options.Devices };
        Builder builder = await Builder.OpenAsync(options, database, images, sessions, _engine.Steps, [new DockerfileFrontend(isBuiltIn), new ImageFrontend(_takenOver, worker, isBuiltIn)], cancellation);
        Own(builder);
        var service = Own(new BuildKitService(builder, sessions, builder.Cache, builder.History, worker, _log));
        return (service, new ClassicBuild(builder, sessions, Path.Combine(engine.DataRoot, "build", "uploads")), builder);
    }

    private uint SocketGroup() => GroupFile.Find(_configuration.Group) is { } group
        ? group
        : _configuration.GroupRequired ? throw QuaiException.Invalid($"group {_configuration.Group} not found") : 0u;

    /// <summary>Members of the sockets' group must reach a socket inside a root; if there is none, no group may pass.</summary>
    private uint PassingGroup(string root, uint group) =>
        _configuration.Hosts.Any(h => h.SocketPath?.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal) == true) ? group : 0;

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _owned.Push(part);
        return part;
    }

    private void Own(IDisposable part) => _owned.Push(new Synchronous(part));

    [LoggerMessage(Level = LogLevel.Warning, Message = "--{Flag} has no effect: {Reason}")]
    private static partial void NoEffect(ILogger log, string flag, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "API listen on {Address}")]
    private static partial void Listening(ILogger log, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The API at {Address} is open to everybody who can reach it, and with it root on this machine: use --tlsverify")]
    private static partial void Unprotected(ILogger log, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "quaid {Version} has completed initialization")]
    private static partial void Started(ILogger log, string version);

    [LoggerMessage(Level = LogLevel.Information, Message = "Configuration read anew from {Path}")]
    private static partial void Reloaded(ILogger log, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Configuration not read anew: {Reason}")]
    private static partial void NotReloaded(ILogger log, string reason);

    private sealed class Synchronous(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
