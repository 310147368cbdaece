using Quai.Cli.CommandLine;
using Quai.Client.Transport;
using Quai.Cli.Registries;

namespace Quai.Cli;

/// <summary>The options before the command's name.</summary>
internal sealed class GlobalOptions
{
    private readonly Flag<bool> _debug;
    private readonly Flag<string> _logLevel;
    private readonly Flag<string> _config;
    private readonly Flag<string> _context;
    private ClientConfig? _settings;
    private readonly ListFlag<string> _host;
    private readonly Flag<bool> _tls;
    private readonly Flag<bool> _verify;
    private readonly Flag<string> _ca;
    private readonly Flag<string> _certificate;
    private readonly Flag<string> _key;

    /// <summary>Declares them.</summary>
    public GlobalOptions()
    {
        string home = Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".docker");
        string certificates = Environment.GetEnvironmentVariable("DOCKER_CERT_PATH") is { Length: > 0 } path ? path : home;
        _config = Flags.String("config", '\0', "Folder of the client's settings", home);
        _context = Flags.String("context", 'c', "Name of the daemon's context: only \"default\" is known, use --host for others");
        _debug = Flags.Bool("debug", 'D', "Say more when something fails");
        _host = Flags.List("host", 'H', "Address of the daemon: unix:///path or tcp://host:port");
        _logLevel = Flags.String("log-level", 'l', "How much to log: debug, info, warn, error or fatal", "info");
        _tls = Flags.Bool("tls", '\0', "Speak TLS with the daemon");
        _ca = Flags.String("tlscacert", '\0', "Trust only certificates that this authority signed", Path.Combine(certificates, "ca.pem"));
        _certificate = Flags.String("tlscert", '\0', "The client's certificate", Path.Combine(certificates, "cert.pem"));
        _key = Flags.String("tlskey", '\0', "The client's key", Path.Combine(certificates, "key.pem"));
        _verify = Flags.Bool("tlsverify", '\0', "Speak TLS and check the daemon's certificate", Environment.GetEnvironmentVariable("DOCKER_TLS_VERIFY") is { Length: > 0 });
        Version = Flags.Bool("version", 'v', "Print the version and quit");
        Help = Flags.Add(new Flag<bool>("help", 'h', "", "Print usage", false, FlagValues.Bool) { BareValue = "true", Hidden = true });
    }

    /// <summary>All of them.</summary>
    public FlagSet Flags { get; } = new();

    /// <summary>Prints the version.</summary>
    public Flag<bool> Version { get; }

    /// <summary>Prints help.</summary>
    public Flag<bool> Help { get; }

    /// <summary>The daemon named by the options or else the environment.</summary>
    /// <exception cref="ExitException">The address is malformed.</exception>
    public Session Open()
    {
        if (_logLevel.Value.ToLowerInvariant() is not ("" or "trace" or "debug" or "info" or "warn" or "warning" or "error" or "fatal" or "panic"))
        {
            throw new ExitException(1, $"Unable to parse logging level: {_logLevel.Value}");
        }

        if (_host.Values.Count > 1)
        {
            throw new ExitException(1, "specify only one -H");
        }

        if (_host.Values.Count > 0 && _context.Changed)
        {
            throw new ExitException(1, "conflicting options: cannot specify both --host and --context");
        }

        string? host = _host.Values.FirstOrDefault()
            ?? Environment.GetEnvironmentVariable("QUAI_HOST")
            ?? Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (Context(host) is { Length: > 0 } context and not "default")
        {
            throw new ExitException(1, $"unable to resolve docker endpoint: context \"{context}\": context not found: contexts are not kept by this client, use --host");
        }

        try
        {
            Endpoint endpoint = string.IsNullOrEmpty(host) ? Endpoint.Default() : Endpoint.Parse(host);
            bool tls = endpoint.SocketPath is null && (_tls.Value || _verify.Value);
            return new Session(endpoint, tls ? new TlsOptions(_verify.Value, _ca.Value, _certificate.Value, _key.Value) : null) { ConfigFolder = _config.Value, Settings = _settings, IsDebug = _debug.Value };
        }
        catch (FormatException error)
        {
            throw new ExitException(125, error.Message);
        }
    }

    /// <summary>The requested context: from the option or, if no host is named, from the environment or the settings.</summary>
    private string? Context(string? host) =>
        _context.Changed ? _context.Value
        : !string.IsNullOrEmpty(host) ? null
        : Environment.GetEnvironmentVariable("DOCKER_CONTEXT") is { Length: > 0 } named ? named
        : (_settings = ClientConfig.LoadOrWarn(_config.Value)).Setting("currentContext");
}
