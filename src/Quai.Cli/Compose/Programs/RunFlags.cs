using System.Globalization;
using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Compose.Model;
using Quai.Compose.Model.Mounts;
using Quai.Compose.Model.Services;

namespace Quai.Cli.Compose.Programs;

/// <summary>The flags of <c>run</c> that change what its container is.</summary>
internal sealed class RunFlags
{
    private readonly ListFlag<string> _addedCapabilities, _droppedCapabilities, _variables, _variableFiles, _labels, _ports, _volumes;
    private readonly Flag<string> _entrypoint, _name, _user, _folder;
    private readonly Flag<bool> _servicePorts;

    /// <summary>Declares them.</summary>
    public RunFlags(FlagSet flags)
    {
        _addedCapabilities = flags.List("cap-add", '\0', "Add Linux capabilities");
        _droppedCapabilities = flags.List("cap-drop", '\0', "Drop Linux capabilities");
        _entrypoint = flags.String("entrypoint", '\0', "Instead of the entrypoint of the image");
        _variables = flags.List("env", 'e', "Set environment variables", type: "stringArray");
        _variableFiles = flags.List("env-from-file", '\0', "Read environment variables from a file", type: "stringArray");
        _labels = flags.List("label", 'l', "Add or change a label", type: "stringArray");
        _name = flags.String("name", '\0', "Name of the container");
        _ports = flags.List("publish", 'p', "Publish ports of the container", type: "stringArray");
        _servicePorts = flags.Bool("service-ports", 'P', "Publish the ports that the service publishes");
        _user = flags.String("user", 'u', "User to run as");
        _volumes = flags.List("volume", 'v', "Mount a folder or volume", type: "stringArray");
        _folder = flags.String("workdir", 'w', "Folder that the program starts in");
    }

    /// <summary>The name that the container is to have; empty if the user says nothing.</summary>
    public string Name => _name.Value;

    /// <summary>The service as it is run.</summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <param name="command">The command; none for the service's.</param>
    /// <exception cref="ExitException">A flag's value is malformed.</exception>
    public ComposeService Apply(ComposeProject project, ComposeService service, IReadOnlyList<string> command)
    {
        Dictionary<string, string?> variables = new(service.Environment);
        foreach (string line in _variableFiles.Values.SelectMany(file => VariableFile.Read(file, project.Environment.GetValueOrDefault)).Concat(_variables.Values))
        {
            string[] parts = line.Split('=', 2);
            variables[parts[0]] = parts.Length > 1 ? parts[1] : project.Environment.GetValueOrDefault(parts[0]);
        }

        Dictionary<string, string> labels = new(service.Labels);
        foreach (string label in _labels.Values)
        {
            string[] parts = label.Split('=', 2);
            labels[parts[0]] = parts.Length > 1 ? parts[1] : "";
        }

        // An entrypoint of one's own goes without the service's command.
        bool hasEntrypoint = _entrypoint.Changed;
        return service with
        {
            Command = command.Count > 0 ? command : hasEntrypoint ? null : service.Command,
            Entrypoint = !hasEntrypoint ? service.Entrypoint : _entrypoint.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words ? words : [""],
            Environment = variables,
            Labels = labels,
            CapAdd = [.. service.CapAdd, .. _addedCapabilities.Values],
            CapDrop = [.. service.CapDrop, .. _droppedCapabilities.Values],
            User = _user.Changed ? _user.Value : service.User,
            WorkingDirectory = _folder.Changed ? _folder.Value : service.WorkingDirectory,
            Volumes = [.. service.Volumes, .. _volumes.Values.Select(Mount)],
            Ports = [.. _servicePorts.Value ? service.Ports : [], .. _ports.Values.SelectMany(Ports)],
            Restart = "",
            Scale = 1,
            ContainerName = "",
            Deploy = service.Deploy is { } deploy ? deploy with { RestartPolicy = null, Replicas = null } : null,
        };
    }

    private static IEnumerable<ServicePort> Ports(string text)
    {
        foreach ((string port, PortBinding binding) in PortSpec.Parse(text))
        {
            string[] parts = port.Split('/');
            yield return new() { Target = long.Parse(parts[0], CultureInfo.InvariantCulture), Protocol = parts[1], HostIp = binding.HostIp, Published = binding.HostPort, Mode = "ingress" };
        }
    }

    private static ServiceMount Mount(string text)
    {
        string[] parts = text.Split(':');
        bool readOnly = parts.Length == 3 && parts[2].Split(',').Contains("ro");
        return parts switch
        {
            [var target] => new() { Type = "volume", Target = target },
            [['/' or '.' or '~', ..] source, var target, ..] and { Length: <= 3 } => new()
            {
                Type = "bind", Source = Path.GetFullPath(source.StartsWith('~') ? Environment.GetEnvironmentVariable("HOME") + source[1..] : source), Target = target, ReadOnly = readOnly, Bind = new() { CreateHostPath = true },
            },
            [var source, var target, ..] and { Length: <= 3 } => new() { Type = "volume", Source = source, Target = target, ReadOnly = readOnly, Volume = new() },
            _ => throw new ExitException(1, $"invalid spec: {text}: too many colons"),
        };
    }
}
