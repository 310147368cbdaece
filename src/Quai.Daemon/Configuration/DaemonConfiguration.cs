using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Quai.Engine.Logs.Options;
using Quai.Engine.Logs.Relaying;
using Quai.Api.Containers;
using Quai.Daemon.Hosting;
using Quai.Daemon.Rootless;
using Quai.Engine;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Security;
using Quai.Errors;
using Quai.Networks;

namespace Quai.Daemon.Configuration;

/// <summary>The daemon's validated configuration.</summary>
internal sealed partial record DaemonConfiguration
{
    /// <summary>Where it listens.</summary>
    public required IReadOnlyList<HostAddress> Hosts { get; init; }

    /// <summary>TLS for its TCP addresses, or null.</summary>
    public required TlsSettings? Tls { get; init; }

    /// <summary>Group of its unix sockets.</summary>
    public required string Group { get; init; }

    /// <summary>Whether the user named the group: then it must exist.</summary>
    public required bool GroupRequired { get; init; }

    /// <summary>Where its process id is written; empty for nowhere.</summary>
    public required string PidFile { get; init; }

    /// <summary>The configuration file, and whether the user named it.</summary>
    public required (string Path, bool Required) File { get; init; }

    /// <summary>Minimum level of its log.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>Whether its log is JSON.</summary>
    public required bool StructuredLog { get; init; }

    /// <summary>Whether debugging is on.</summary>
    public required bool Debug { get; init; }

    /// <summary>Whether clients are told that experimental features are on; there is none that is off without it.</summary>
    public required bool IsExperimental { get; init; }

    /// <summary>Path of quai-shim; null for next to this program.</summary>
    public required string? ShimPath { get; init; }

    /// <summary>The engine's settings.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>The networks' settings.</summary>
    public required NetworkOptions Networks { get; init; }

    /// <summary><c>--insecure-registry</c>.</summary>
    public required IReadOnlyList<string> InsecureRegistries { get; init; }

    /// <summary><c>--registry-mirror</c>.</summary>
    public required IReadOnlyList<string> RegistryMirrors { get; init; }

    /// <summary><c>--max-concurrent-downloads</c>.</summary>
    public required int MaxConcurrentDownloads { get; init; }

    /// <summary><c>--max-concurrent-uploads</c>.</summary>
    public required int MaxConcurrentUploads { get; init; }

    /// <summary><c>--registry-certs-dir</c>: folders with the certificates of registries.</summary>
    public required IReadOnlyList<string> RegistryCertificates { get; init; }

    /// <summary><c>--trust-policy</c>: the file that says which images may be pulled and run.</summary>
    public required string TrustPolicy { get; init; }

    /// <summary><c>--max-download-attempts</c>.</summary>
    public required int MaxDownloadAttempts { get; init; }

    /// <summary>What is kept of builds, and what they may.</summary>
    public required BuilderSettings Builder { get; init; }

    /// <summary>Without root, what leads to the host's network: <c>auto</c>, <c>pasta</c> or <c>slirp4netns</c>.</summary>
    public string RootlessNetwork { get; init; } = "auto";

    /// <summary>Proxies for outgoing traffic.</summary>
    public required ProxySettings Proxies { get; init; }

    /// <summary>Flags that were given and have no effect here, without any loss.</summary>
    public required IReadOnlyList<Flag> Unneeded { get; init; }

    /// <summary>Reads the command line and the file it names.</summary>
    /// <exception cref="QuaiException">Something is wrong; one sentence says what.</exception>
    public static DaemonConfiguration Load(Settings line)
    {
        RootlessFolders? rootless = RootlessFolders.Own;
        string path = line.Text("config-file") ?? (rootless is null ? ConfigurationFile.DefaultPath : Path.Combine(rootless.Configuration, "quai", "daemon.json"));
        bool required = line.Has("config-file");
        Settings file = ConfigurationFile.Read(path, required);
        try
        {
            return From(Settings.Merge(line, file), (path, required), Selinux.IsEnforcing(), rootless);
        }
        catch (QuaiException e) when (file.Names.Any())
        {
            throw ConfigurationFile.Unable(path, e.Message, e);
        }
    }

    private static IEnumerable<HostAddress> BuildKitSocket(Settings settings, HostAddress[] others)
    {
        if (settings.Text("buildkit-socket") is not { } path)
        {
            return [];
        }

        HostAddress address = HostAddress.Parse(path.Contains("://", StringComparison.Ordinal) ? path : "unix://" + path, tls: false);
        return address.SocketPath is null ? throw QuaiException.Invalid($"invalid --buildkit-socket {path}: it is the path of a unix socket")
            : others.Contains(address) ? throw QuaiException.Invalid($"invalid --buildkit-socket {path}: the daemon's own API is served there")
            : [address with { IsForBuilds = true }];
    }

    /// <summary>Validates settings.</summary>
    /// <param name="settings">All given settings.</param>
    /// <param name="file"><see cref="File"/></param>
    /// <param name="selinuxIsEnforcing">Whether this host's SELinux is enforcing; containers would not be confined by it.</param>
    /// <param name="rootless">The folders of a daemon without root; null for root's.</param>
    /// <exception cref="QuaiException">Something is wrong, or cannot be honoured.</exception>
    public static DaemonConfiguration From(Settings settings, (string Path, bool Required) file, bool selinuxIsEnforcing = false, RootlessFolders? rootless = null)
    {
        RefuseUnavailable(settings, selinuxIsEnforcing);
        RefuseWithoutRoot(settings, rootless);
        bool debug = settings.Switch("debug", false);
        TlsSettings? tls = ApiAccess.ReadTls(settings);
        IReadOnlyList<string> hosts = settings.All("host");
        EngineOptions engine = EngineOptions(settings, rootless);
        HostAddress[] addresses = [.. (hosts.Count == 0 ? [rootless is null ? "unix:///var/run/quai.sock" : $"unix://{rootless.Runtime}/quai.sock"] : hosts).Select(h => HostAddress.Parse(h, tls is not null)).Distinct()];
        ApiAccess.Check(settings, addresses, tls);
        LogLevel level = Level(settings.Text("log-level") ?? "info");
        var configuration = new DaemonConfiguration
        {
            File = file,
            Hosts = [.. addresses, .. BuildKitSocket(settings, addresses)],
            Tls = tls,
            Group = settings.Text("group") ?? (rootless is null ? "docker" : ""),
            GroupRequired = settings.Has("group"),
            PidFile = settings.Text("pidfile") ?? (rootless is null ? "/var/run/quai.pid" : $"{rootless.Runtime}/quai.pid"),
            Debug = debug,
            IsExperimental = settings.Switch("experimental", false),
            LogLevel = debug ? LogLevel.Debug : level,
            StructuredLog = (settings.Text("log-format") ?? "text") switch
            {
                "text" => false,
                "json" => true,
                var other => throw QuaiException.Invalid($"invalid log format: {other}"),
            },
            ShimPath = settings.Text("shim-path") ?? Environment.GetEnvironmentVariable("QUAI_SHIM"),
            Engine = engine,
            Networks = NetworkSettings.Read(settings, engine.DataRoot),
            InsecureRegistries = settings.All("insecure-registry"),
            RegistryMirrors = [.. settings.All("registry-mirror").Select(Mirror)],
            MaxConcurrentDownloads = Positive(settings, "max-concurrent-downloads", 3),
            MaxConcurrentUploads = Positive(settings, "max-concurrent-uploads", 5),
            RegistryCertificates = settings.All("registry-certs-dir") is { Count: > 0 } folders ? folders : rootless is null ? ["/etc/docker/certs.d", "/etc/quai/certs.d"] : ["/etc/docker/certs.d", "/etc/quai/certs.d", $"{rootless.Configuration}/docker/certs.d", $"{rootless.Configuration}/quai/certs.d"],
            TrustPolicy = settings.Text("trust-policy") ?? (rootless is not null && System.IO.File.Exists($"{rootless.Configuration}/quai/policy.json") ? $"{rootless.Configuration}/quai/policy.json" : "/etc/quai/policy.json"),
            RootlessNetwork = settings.Text("rootless-network") ?? "auto",
            MaxDownloadAttempts = Positive(settings, "max-download-attempts", 5),
            Builder = settings.Builder,
            Proxies = ProxySettings.From(settings),
            Unneeded = [.. Flags.All.Where(f => f.Unneeded is not null && settings.Has(f.Name))],
        };
        RefuseUnread(settings);
        return configuration;
    }

    private static string? CgroupParent(Settings settings) =>
        settings.Text("cgroup-parent") is not { } parent ? null
        : CgroupParents.Complaint(parent) is { } why ? throw QuaiException.Invalid($"invalid cgroup parent {parent}: {why}")
        : parent;

    /// <summary>The same, with a limit for containers that neither they nor <c>--default-ulimit</c> set.</summary>
    public DaemonConfiguration WithDefaultUlimit(Ulimit limit) =>
        Engine.DefaultUlimits.Any(l => l.Name == limit.Name) ? this : this with { Engine = Engine with { DefaultUlimits = [.. Engine.DefaultUlimits, limit] } };

    private static EngineOptions EngineOptions(Settings settings, RootlessFolders? rootless)
    {
        var defaults = rootless is null
            ? new EngineOptions { DataRoot = "/var/lib/quai", ExecRoot = "/var/run/quai" }
            : new EngineOptions { DataRoot = $"{rootless.Data}/quai", ExecRoot = $"{rootless.Runtime}/quai", IsRootless = true, AppArmor = new AppArmorHost { Nested = true } };
        string driver = settings.Text("log-driver") ?? LogDrivers.JsonFile;
        if (!LogDrivers.Exists(driver))
        {
            throw QuaiException.Invalid($"logger: no log driver named '{driver}' is registered");
        }

        LogDrivers.ValidateDefaults(driver, settings.Map("log-opt"));

        long shm = defaults.DefaultShmSize;
        if (settings.Text("default-shm-size") is { } size && !ByteSize.TryParse(size, out shm))
        {
            throw QuaiException.Invalid($"invalid size: '{size}'");
        }

        foreach (string server in settings.All("dns"))
        {
            _ = NetworkSettings.Address(server);
        }

        NetworkSettings.CheckResolver(settings.All("dns-search"), settings.All("dns-opt"));

        foreach (string label in settings.All("label"))
        {
            if (label.IndexOf('=') <= 0)
            {
                throw QuaiException.Invalid($"bad attribute format: {label}");
            }
        }

        string? seccomp = settings.Text("seccomp-profile") is not ("" or "builtin" or null) and var profile ? profile : null;
        if (seccomp is not (null or "unconfined"))
        {
            _ = SeccompProfileFile.Read(seccomp);
        }

        return defaults with
        {
            DataRoot = Absolute(settings.Text("data-root"), defaults.DataRoot),
            ExecRoot = Absolute(settings.Text("exec-root"), defaults.ExecRoot),
            CgroupParent = CgroupParent(settings) ?? defaults.CgroupParent,
            LogDriver = driver,
            LogOptions = settings.Map("log-opt"),
            LogRelay = Environment.ProcessPath is { } program ? [program, LogRelay.Command] : [],
            DefaultRuntime = settings.Text("default-runtime") is { Length: > 0 } runtime ? runtime : defaults.DefaultRuntime,
            DefaultShmSize = shm,
            ShutdownTimeout = settings.Number("shutdown-timeout", defaults.ShutdownTimeout),
            LiveRestore = settings.Switch("live-restore", false),
            Init = settings.Switch("init", false),
            InitPath = settings.Text("init-path"),
            Runtimes = settings.Map("add-runtime"),
            CdiFolders = settings.Has("cdi-spec-dir") ? [.. settings.All("cdi-spec-dir").Where(f => f.Length > 0)] : defaults.CdiFolders,
            DefaultUlimits = [.. settings.Map("default-ulimit").Select(Limit)],
            NoNewPrivileges = settings.Switch("no-new-privileges", false),
            SeccompProfile = seccomp,
            DefaultIpcMode = DefaultIpcMode(settings),
            DefaultCgroupnsMode = DefaultCgroupnsMode(settings),
            Dns = settings.All("dns"),
            DnsSearch = settings.All("dns-search"),
            DnsOptions = settings.All("dns-opt"),
            Labels = settings.All("label"),
        };
    }

    private static LogLevel Level(string text) => text.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" or "panic" => LogLevel.Critical,
        _ => throw QuaiException.Invalid($"invalid logging level: {text}"),
    };

    private static Ulimit Limit(KeyValuePair<string, string> given)
    {
        string[] parts = given.Value.Split(':');
        if (parts.Length is 1 or 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long soft)
            && long.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long hard))
        {
            var limit = new Ulimit { Name = given.Key, Hard = hard, Soft = soft };
            ResourceRules.Validate(limit);
            return limit;
        }

        throw QuaiException.Invalid($"invalid ulimit argument: {given.Key}={given.Value}");
    }

    private static int Positive(Settings settings, string name, int otherwise)
    {
        int number = settings.Number(name, otherwise);
        return number > 0 ? number : throw QuaiException.Invalid($"invalid {name}: {number}");
    }

    /// <summary>A mirror's address: scheme and host, nothing after it.</summary>
    private static string Mirror(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            throw QuaiException.Invalid($"invalid mirror: \"{text}\" is not a valid URI");
        }

        return uri.Scheme is not ("http" or "https") ? throw QuaiException.Invalid($"invalid mirror: unsupported scheme \"{uri.Scheme}\" in \"{text}\"")
            : uri.UserInfo.Length > 0 ? throw QuaiException.Invalid("invalid mirror: username/password not allowed in URI")
            : uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.Fragment.Length > 0 ? throw QuaiException.Invalid($"invalid mirror: path, query, or fragment at end of the URI \"{text}\"")
            : text.TrimEnd('/') + "/";
    }

    private static string Absolute(string? given, string otherwise) => given is { Length: > 0 } ? Path.GetFullPath(given) : otherwise;
}
