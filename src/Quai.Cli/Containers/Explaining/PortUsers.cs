using System.Globalization;
using Quai.Api.Containers;
using Quai.Client;

namespace Quai.Cli.Containers.Explaining;

/// <summary>Finds who has the ports that a container wants.</summary>
internal static class PortUsers
{
    /// <summary>A line for each port that another running container has.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="container">Who wants them.</param>
    /// <param name="indent">What each line begins with.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(EngineClient engine, ContainerInspect container, string indent)
    {
        (string Port, string Protocol, string Address)[] wanted = [.. (container.HostConfig.PortBindings ?? []).SelectMany(entry => (entry.Value ?? [])
            .Where(binding => binding.HostPort.Length > 0).Select(binding => (binding.HostPort, entry.Key.Split('/')[^1], binding.HostIp)))];
        List<string> lines = [];
        if (wanted.Length == 0)
        {
            return lines;
        }

        foreach (ContainerSummary other in (await engine.Containers.ListAsync()).Where(other => other.Id != container.Id))
        {
            foreach ((string port, string protocol, string address) in wanted.Where(one => other.Ports.Any(used => used.PublicPort?.ToString(CultureInfo.InvariantCulture) == one.Port
                && used.Type == one.Protocol && (IsAny(one.Address) || IsAny(used.IP ?? "") || used.IP == one.Address))))
            {
                lines.Add($"{indent}port {(IsAny(address) ? "" : address + ":")}{port}/{protocol} is in use by container {(other.Names is [{ } first, ..] ? first.TrimStart('/') : other.Id)}");
            }
        }

        return lines;
    }

    private static bool IsAny(string address) => address is "" or "0.0.0.0" or "::";
}
