using System.Net;
using System.Text;
using Quai.Api.Containers;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>
/// Strings of a request that the engine or the kernel keeps as one line or one word: names in <c>/etc/hosts</c>, servers in <c>/etc/resolv.conf</c>, the host's name.
/// A line feed in one would inject another line.
/// </summary>
internal static class LineRules
{
    /// <summary>Refuses anything but a single line.</summary>
    /// <exception cref="QuaiException">Names the first such string.</exception>
    public static void Check(ContainerConfig config, HostConfig host)
    {
        Line("hostname", config.Hostname);
        Line("domainname", config.Domainname);
        Each("extra host", host.ExtraHosts);
        (host.ExtraHosts ?? []).ForEach(CheckHost);
        Each("DNS server", host.Dns);
        Each("DNS search domain", host.DnsSearch);
        Each("DNS option", host.DnsOptions);
        foreach ((string name, string value) in host.Sysctls ?? [])
        {
            Line("sysctl", name);
            Line($"value of sysctl {name}", value.Replace('\t', ' '));
        }

        if (CgroupParents.Complaint(host.CgroupParent) is { } why)
        {
            throw QuaiException.Invalid($"invalid cgroup parent {Quoted(host.CgroupParent)}: {why}");
        }
    }

    // A name, and an address or what stands for the host's.
    private static void CheckHost(string entry)
    {
        int colon = entry.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            throw QuaiException.Invalid($"bad format for add-host: {Quoted(entry)}");
        }

        string address = entry[(colon + 1)..];
        if (address != "host-gateway" && !(IPAddress.TryParse(address, out _) && (address.Contains(':', StringComparison.Ordinal) || address.Count(c => c == '.') == 3)))
        {
            throw QuaiException.Invalid($"invalid IP address in add-host: {Quoted(address)}");
        }
    }

    private static void Each(string what, List<string>? texts)
    {
        foreach (string text in texts ?? [])
        {
            Line(what, text);
        }
    }

    private static void Line(string what, string text)
    {
        if (text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029'))
        {
            throw QuaiException.Invalid($"invalid {what} {Quoted(text)}: it must not contain control characters");
        }
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '"' or '\\' => $"\\{c}",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
