using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;

namespace Quai.Cli.Containers.Views;

/// <summary><c>quai port</c>.</summary>
internal sealed class Port(string path) : Command(path)
{
    public override string Usage => "CONTAINER [PRIVATE_PORT[/PROTO]]";

    public override string Summary => "List port mappings or a specific mapping for the container";

    public override ArgumentCount Arguments => new(1, 2);

    public override int Execute(Session session, List<string> arguments)
    {
        Dictionary<string, List<PortBinding>?> ports = session.Engine.Containers.InspectAsync(arguments[0]).Await().NetworkSettings.Ports;
        var lines = new List<string>();
        if (arguments.Count == 2)
        {
            string wanted = arguments[1].Contains('/', StringComparison.Ordinal) ? arguments[1] : arguments[1] + "/tcp";
            string[] parts = wanted.Split('/');
            if (!ushort.TryParse(parts[0], out _))
            {
                throw new ExitException(1, $"invalid port '{parts[0]}'");
            }

            if (ports.GetValueOrDefault(wanted) is not { Count: > 0 } bindings)
            {
                throw new ExitException(1, $"Error: No public port '{arguments[1]}' published for {arguments[0]}");
            }

            lines.AddRange(bindings.Select(b => PortList.Host(b.HostIp, b.HostPort)));
        }
        else
        {
            foreach ((string port, List<PortBinding>? bindings) in ports)
            {
                lines.AddRange((bindings ?? []).Select(b => $"{port} -> {PortList.Host(b.HostIp, b.HostPort)}"));
            }
        }

        IEnumerable<string> sorted = lines.OrderBy(l => int.Parse(l.AsSpan(0, Math.Max(1, l.AsSpan().IndexOfAnyExceptInRange('0', '9')))))
            .ThenBy(l => l, StringComparer.Ordinal);
        session.Out.Write(string.Concat((arguments.Count == 2 ? lines : sorted).Select(l => l + "\n")));
        return 0;
    }
}
