using Quai.Api.Containers;

namespace Quai.Cli.Containers.Views;

/// <summary>A container's ports as one text, adjacent ones joined: <c>0.0.0.0:8080-8081->80-81/tcp</c>.</summary>
internal static class PortList
{
    private sealed record Run(string Ip, string Protocol, long First, long Last, long PublicFirst);

    /// <summary>Joins ports.</summary>
    public static string Show(IEnumerable<PortSummary> ports)
    {
        var entries = ports.Select(p => (Ip: p.IP ?? "", Private: (long)p.PrivatePort, Public: (long)(p.PublicPort ?? 0), Protocol: p.Type))
            .OrderBy(p => p.Private).ThenBy(p => p.Ip, StringComparer.Ordinal).ThenBy(p => p.Public).ThenBy(p => p.Protocol, StringComparer.Ordinal).ToList();
        var shown = new List<string>();
        var singles = new List<string>();
        var open = new Dictionary<string, Run>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach ((string ip, long inside, long outside, string protocol) in entries)
        {
            string key = protocol;
            if (ip.Length > 0)
            {
                if (outside != inside)
                {
                    singles.Add($"{Host(ip, outside.ToString())}->{inside}/{protocol}");
                    continue;
                }

                key = $"{ip}/{protocol}";
            }

            if (open.TryGetValue(key, out Run? run) && run.Last == inside - 1)
            {
                open[key] = run with { Last = inside };
                continue;
            }

            if (run is not null)
            {
                shown.Add(Show(run));
            }
            else
            {
                order.Add(key);
            }

            open[key] = new Run(ip, protocol, inside, inside, outside);
        }

        foreach (string key in order.Order(StringComparer.Ordinal))
        {
            shown.Add(Show(open[key]));
        }

        return string.Join(", ", shown.Concat(singles));
    }

    private static string Show(Run run)
    {
        string range = run.First == run.Last ? run.First.ToString() : $"{run.First}-{run.Last}";
        return run.Ip.Length == 0 ? $"{range}/{run.Protocol}" : $"{Host(run.Ip, range)}->{range}/{run.Protocol}";
    }

    /// <summary>An address and a port, brackets around an IPv6 one.</summary>
    public static string Host(string ip, string port) => ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]:{port}" : $"{ip}:{port}";
}
