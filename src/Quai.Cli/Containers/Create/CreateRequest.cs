using System.Text.Json;
using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;

namespace Quai.Cli.Containers.Create;

/// <summary>Turns options into the body of <c>POST /containers/create</c>.</summary>
internal sealed partial class CreateRequest
{
    private static readonly JsonElement s_empty = JsonElement.Parse("{}");

    private readonly ContainerFlags _flags;
    private readonly string _image;
    private readonly IReadOnlyList<string> _command;
    private readonly List<(string Port, PortBinding Binding)> _ports = [];

    /// <summary>Proxy variables; the user's own of the same name replace them.</summary>
    public IReadOnlyList<(string Name, string Value)> Proxies { get; set; } = [];

    private readonly List<string> _binds = [];
    private readonly List<string> _volumes = [];

    /// <summary>Validates the options together.</summary>
    /// <param name="flags">The options.</param>
    /// <param name="image">The image.</param>
    /// <param name="command">The program and its arguments; empty for the image's.</param>
    /// <param name="detach">Attach nothing.</param>
    /// <exception cref="ExitException">The options contradict one another or one is malformed.</exception>
    public CreateRequest(ContainerFlags flags, string image, IReadOnlyList<string> command, bool detach)
    {
        _flags = flags;
        _image = image;
        _command = command;
        Detach = detach;
        AttachInput = flags.Attach.Values.Contains("stdin") || (flags.Attach.Values.Count == 0 && flags.Interactive.Value);
        AttachOutput = flags.Attach.Values.Contains("stdout") || flags.Attach.Values.Count == 0;
        AttachError = flags.Attach.Values.Contains("stderr") || flags.Attach.Values.Count == 0;
        if (detach)
        {
            AttachInput = AttachOutput = AttachError = false;
        }

        Check();
        foreach (string spec in flags.Publish.Values)
        {
            _ports.AddRange(PortSpec.Parse(spec));
        }

        SplitVolumes();
    }

    /// <summary>Nothing is attached.</summary>
    public bool Detach { get; }

    /// <summary>Standard input is attached.</summary>
    public bool AttachInput { get; }

    /// <summary>Standard output is attached.</summary>
    public bool AttachOutput { get; }

    /// <summary>Standard error is attached.</summary>
    public bool AttachError { get; }

    /// <summary>The body.</summary>
    /// <exception cref="ExitException">The options contradict one another or one is malformed.</exception>
    public ContainerCreateRequest Build()
    {
        ContainerFlags f = _flags;
        List<string> variables = [.. f.EnvFile.Values.SelectMany(p => VariableFile.Read(p, Environment.GetEnvironmentVariable)), .. f.Env.Values];
        variables.AddRange(Proxies.Where(p => !variables.Any(v => v.Split('=')[0] == p.Name)).Select(p => p.Name + "=" + p.Value).ToList());
        return new ContainerCreateRequest
        {
            Hostname = f.Hostname.Value,
            Domainname = f.DomainName.Value,
            User = f.User.Value,
            AttachStdin = AttachInput,
            AttachStdout = AttachOutput,
            AttachStderr = AttachError,
            Tty = f.Tty.Value,
            OpenStdin = f.Interactive.Value,
            StdinOnce = f.Interactive.Value && AttachInput,
            ExposedPorts = Set(_ports.Select(p => p.Port).Concat(f.Expose.Values.SelectMany(PortSpec.ParseExposed))),
            Env = Some(variables),
            Cmd = Some(_command),
            Image = _image,
            Volumes = Set(_volumes),
            WorkingDir = f.WorkingDirectory.Value,
            Entrypoint = f.Entrypoint.Changed ? [f.Entrypoint.Value] : null,
            Labels = Pairs.Parse([.. f.LabelFile.Values.SelectMany(p => VariableFile.Read(p, null)), .. f.Label.Values]),
            StopSignal = f.StopSignal.Value.Length > 0 ? f.StopSignal.Value : null,
            StopTimeout = f.StopTimeout.Changed ? Int(f.StopTimeout) : null,
            Healthcheck = Health(),
            HostConfig = Host(),
            NetworkingConfig = Networks(),
        };
    }

    private static ExitException Error(string message) => new(125, message);

    private void Check()
    {
        ContainerFlags f = _flags;
        if (f.MemorySwappiness.Value is not -1 and (< 0 or > 100))
        {
            throw Error($"invalid value: {f.MemorySwappiness.Value}. Valid memory swappiness range is 0-100");
        }

        if (f.Pid.Value.Length > 0 && !(f.Pid.Value == "host" || IsContainer(f.Pid.Value)))
        {
            throw Error("--pid: invalid PID mode");
        }

        if (f.Uts.Value is not ("" or "host"))
        {
            throw Error("--uts: invalid UTS mode");
        }

        if (f.UserNamespace.Value is not ("" or "host"))
        {
            throw Error("--userns: invalid USER mode");
        }

        if (f.CgroupNamespace.Value is not ("" or "host" or "private"))
        {
            throw Error("--cgroupns: invalid CGROUP mode");
        }

        if (f.MacAddress.Value.Length > 0 && !MacPattern().IsMatch(f.MacAddress.Value.Trim()))
        {
            throw Error($"{f.MacAddress.Value.Trim()} is not a valid mac address");
        }

        if (f.NoHealthcheck.Value && (f.HealthCmd.Value.Length > 0 || f.HealthInterval.Value != 0 || f.HealthTimeout.Value != 0 || f.HealthStartPeriod.Value != 0 || f.HealthRetries.Value != 0 || f.HealthStartInterval.Value != 0))
        {
            throw Error("--no-healthcheck conflicts with --health-* options");
        }

        foreach (Flag<long> flag in (ReadOnlySpan<Flag<long>>)[f.HealthInterval, f.HealthTimeout, f.HealthRetries, f.HealthStartPeriod, f.HealthStartInterval])
        {
            if (flag.Value < 0)
            {
                throw Error($"--{flag.Name} cannot be negative");
            }
        }

        if (f.Remove.Value && f.Restart.Changed && f.Restart.Value is not ("no" or ""))
        {
            throw Error("conflicting options: cannot specify both --restart and --rm");
        }
    }

    private static bool IsContainer(string mode) => mode.StartsWith("container:", StringComparison.Ordinal) && mode.Length > 10;

    private void SplitVolumes()
    {
        foreach (string volume in _flags.Volume.Values)
        {
            int colon = volume.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                _volumes.Add(volume);
                continue;
            }

            string host = volume[..colon];
            _binds.Add(host.StartsWith('.') ? System.IO.Path.GetFullPath(host) + volume[colon..] : volume);
        }
    }

    private HealthConfig? Health()
    {
        ContainerFlags f = _flags;
        if (f.NoHealthcheck.Value)
        {
            return new HealthConfig { Test = ["NONE"] };
        }

        bool any = f.HealthCmd.Value.Length > 0 || f.HealthInterval.Value != 0 || f.HealthTimeout.Value != 0 || f.HealthStartPeriod.Value != 0
            || f.HealthRetries.Value != 0 || f.HealthStartInterval.Value != 0;
        return !any ? null : new HealthConfig
        {
            Test = f.HealthCmd.Value.Length > 0 ? ["CMD-SHELL", f.HealthCmd.Value] : null,
            Interval = f.HealthInterval.Value,
            Timeout = f.HealthTimeout.Value,
            StartPeriod = f.HealthStartPeriod.Value,
            StartInterval = f.HealthStartInterval.Value,
            Retries = Int(f.HealthRetries),
        };
    }

    private NetworkingConfig? Networks()
    {
        ContainerFlags f = _flags;
        List<NetworkSpec> networks = [.. f.Network.Values.Select(NetworkSpec.Parse)];
        bool settings = f.Ip.Value.Length > 0 || f.Ip6.Value.Length > 0 || f.NetworkAlias.Values.Count > 0 || f.LinkLocalIp.Values.Count > 0 || f.MacAddress.Value.Length > 0;
        if (networks.Count == 0)
        {
            if (!settings)
            {
                return null;
            }

            networks.Add(new NetworkSpec("default"));
        }

        if (networks.Count > 1 && networks.Any(n => n.Name is "host" or "none" || IsContainer(n.Name)))
        {
            throw Error("conflicting options: cannot attach both user-defined and non-user-defined network-modes");
        }

        NetworkSpec first = networks[0];
        first.Aliases.AddRange(f.NetworkAlias.Values);
        first.LinkLocal.AddRange(f.LinkLocalIp.Values);
        first.Ip = f.Ip.Value.Length > 0 ? f.Ip.Value : first.Ip;
        first.Ip6 = f.Ip6.Value.Length > 0 ? f.Ip6.Value : first.Ip6;
        first.Mac = f.MacAddress.Value.Length > 0 ? f.MacAddress.Value : first.Mac;
        Dictionary<string, EndpointSettings?> endpoints = new(StringComparer.Ordinal);
        networks.ForEach(n => endpoints[n.Name] = n.ToEndpoint());
        return new NetworkingConfig { EndpointsConfig = endpoints };
    }

    [System.Text.RegularExpressions.GeneratedRegex("^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$")]
    private static partial System.Text.RegularExpressions.Regex MacPattern();

    /// <summary>A number that has 32 bits in the API.</summary>
    private static int Int(Flag<long> flag) => flag.Value is >= int.MinValue and <= int.MaxValue
        ? (int)flag.Value
        : throw Error($"invalid argument \"{flag.Value}\" for \"--{flag.Name}\" flag: value out of range");

    private static List<string>? Some(IReadOnlyCollection<string> values) => values.Count > 0 ? [.. values] : null;

    private static Dictionary<string, string>? SomePairs(IReadOnlyCollection<string> values) => values.Count > 0 ? Pairs.Parse(values) : null;

    /// <summary>Names as a set, in the API's form.</summary>
    private static Dictionary<string, JsonElement>? Set(IEnumerable<string> names)
    {
        Dictionary<string, JsonElement> set = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            set[name] = s_empty;
        }

        return set.Count > 0 ? set : null;
    }
}
