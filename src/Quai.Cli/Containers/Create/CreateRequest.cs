using System.Buffers;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Linux.Terminals;

namespace Quai.Cli.Containers.Create;

/// <summary>Turns options into the body of <c>POST /containers/create</c>.</summary>
internal sealed partial class CreateRequest
{
    private readonly ContainerFlags _flags;
    private readonly string _image;
    private readonly IReadOnlyList<string> _command;
    private readonly List<PortBinding> _ports = [];

    /// <summary>Variables that tell of proxies; the user's own of the same name stand instead.</summary>
    public IReadOnlyList<(string Name, string Value)> Proxies { get; set; } = [];

    private readonly List<string> _binds = [];
    private readonly List<string> _volumes = [];

    /// <summary>Checks the options together.</summary>
    /// <param name="flags">The options.</param>
    /// <param name="image">The image.</param>
    /// <param name="command">The program and its arguments; none for the image's.</param>
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
    public ReadOnlySpan<byte> Build()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteConfig(json);
            json.WriteStartObject("HostConfig");
            WriteHostConfig(json);
            json.WriteEndObject();
            WriteNetworks(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
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

    private void WriteConfig(Utf8JsonWriter json)
    {
        ContainerFlags f = _flags;
        json.WriteString("Hostname", f.Hostname.Value);
        json.WriteString("Domainname", f.DomainName.Value);
        json.WriteString("User", f.User.Value);
        json.WriteBoolean("AttachStdin", AttachInput);
        json.WriteBoolean("AttachStdout", AttachOutput);
        json.WriteBoolean("AttachStderr", AttachError);
        json.WriteBoolean("Tty", f.Tty.Value);
        json.WriteBoolean("OpenStdin", f.Interactive.Value);
        json.WriteBoolean("StdinOnce", f.Interactive.Value && AttachInput);
        string[] exposed = [.. _ports.Select(p => p.Container).Concat(f.Expose.Values.SelectMany(PortSpec.ParseExposed)).Distinct()];
        Set(json, "ExposedPorts", exposed);
        string[] variables = [.. f.EnvFile.Values.SelectMany(p => VariableFile.Read(p, Environment.GetEnvironmentVariable)), .. f.Env.Values];
        Texts(json, "Env", [.. variables, .. Proxies.Where(p => !variables.Any(v => v.Split('=')[0] == p.Name)).Select(p => p.Name + "=" + p.Value)]);
        Texts(json, "Cmd", _command);
        json.WriteString("Image", _image);
        Set(json, "Volumes", _volumes);
        json.WriteString("WorkingDir", f.WorkingDirectory.Value);
        if (f.Entrypoint.Changed)
        {
            Texts(json, "Entrypoint", [f.Entrypoint.Value]);
        }

        Map(json, "Labels", [.. f.LabelFile.Values.SelectMany(p => VariableFile.Read(p, null)), .. f.Label.Values], always: true);
        Text(json, "StopSignal", f.StopSignal.Value);
        if (f.StopTimeout.Changed)
        {
            json.WriteNumber("StopTimeout", f.StopTimeout.Value);
        }

        WriteHealth(json);
    }

    private void WriteHealth(Utf8JsonWriter json)
    {
        ContainerFlags f = _flags;
        bool any = f.HealthCmd.Value.Length > 0 || f.HealthInterval.Value != 0 || f.HealthTimeout.Value != 0 || f.HealthStartPeriod.Value != 0
            || f.HealthRetries.Value != 0 || f.HealthStartInterval.Value != 0;
        if (!any && !f.NoHealthcheck.Value)
        {
            return;
        }

        json.WriteStartObject("Healthcheck");
        if (f.NoHealthcheck.Value)
        {
            Texts(json, "Test", ["NONE"]);
        }
        else if (f.HealthCmd.Value.Length > 0)
        {
            Texts(json, "Test", ["CMD-SHELL", f.HealthCmd.Value]);
        }

        Number(json, "Interval", f.HealthInterval.Value);
        Number(json, "Timeout", f.HealthTimeout.Value);
        Number(json, "StartPeriod", f.HealthStartPeriod.Value);
        Number(json, "StartInterval", f.HealthStartInterval.Value);
        Number(json, "Retries", f.HealthRetries.Value);
        json.WriteEndObject();
    }

    private void WriteNetworks(Utf8JsonWriter json)
    {
        ContainerFlags f = _flags;
        List<NetworkSpec> networks = [.. f.Network.Values.Select(NetworkSpec.Parse)];
        bool settings = f.Ip.Value.Length > 0 || f.Ip6.Value.Length > 0 || f.NetworkAlias.Values.Count > 0 || f.LinkLocalIp.Values.Count > 0 || f.MacAddress.Value.Length > 0;
        if (networks.Count == 0)
        {
            if (!settings)
            {
                return;
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
        json.WriteStartObject("NetworkingConfig");
        json.WriteStartObject("EndpointsConfig");
        foreach (NetworkSpec network in networks)
        {
            network.Write(json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    [System.Text.RegularExpressions.GeneratedRegex("^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$")]
    private static partial System.Text.RegularExpressions.Regex MacPattern();

    private static void Text(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Switch(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, true);
        }
    }

    internal static void Texts(Utf8JsonWriter json, string name, IReadOnlyCollection<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void Set(Utf8JsonWriter json, string name, IReadOnlyCollection<string> keys)
    {
        if (keys.Count == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach (string key in keys.Distinct())
        {
            json.WriteStartObject(key);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Map(Utf8JsonWriter json, string name, IReadOnlyCollection<string> pairs, bool always = false)
    {
        if (pairs.Count == 0 && !always)
        {
            return;
        }

        json.WriteStartObject(name);
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            map[equals < 0 ? pair : pair[..equals]] = equals < 0 ? "" : pair[(equals + 1)..];
        }

        foreach ((string key, string value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
