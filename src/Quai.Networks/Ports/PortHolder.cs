using System.Globalization;
using System.Net.Sockets;

namespace Quai.Networks.Ports;

/// <summary>A program of the host's that has a port.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Name">Its name, as <c>ps</c> shows it.</param>
public sealed record PortHolder(int Pid, string Name)
{
    private const int LocalAddress = 1, Inode = 9;

    /// <summary>Who has a port in the calling thread's network namespace; null where nobody is found.</summary>
    internal static PortHolder? Find(PublishedPort port)
    {
        try
        {
            HashSet<string> sockets = [.. Sockets(port).Select(inode => $"socket:[{inode}]")];
            return sockets.Count == 0 ? null : Directory.EnumerateDirectories("/proc").Select(p => int.TryParse(Path.GetFileName(p), out int pid) ? pid : 0).Where(pid => pid > 0)
                .Where(pid => Has(pid, sockets)).Select(pid => new PortHolder(pid, NameOf(pid))).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Sockets(PublishedPort port)
    {
        string suffix = string.Create(CultureInfo.InvariantCulture, $":{port.HostPort:X4}");
        bool ipv6 = port.HostAddress.AddressFamily == AddressFamily.InterNetworkV6;

        // A socket of IPv6 may hold the port of both families.
        foreach (string table in (string[])(ipv6 ? [port.Protocol + "6"] : [port.Protocol, port.Protocol + "6"]))
        {
            string path = "/proc/thread-self/net/" + table;
            foreach (string line in File.Exists(path) ? File.ReadLines(path).Skip(1) : [])
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > Inode && words[LocalAddress].EndsWith(suffix, StringComparison.Ordinal) && words[Inode] != "0")
                {
                    yield return words[Inode];
                }
            }
        }
    }

    private static bool Has(int pid, HashSet<string> sockets)
    {
        if (pid == Environment.ProcessId)
        {
            return false;
        }

        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Any(f => File.ResolveLinkTarget(f, returnFinalTarget: false) is { } target && sockets.Contains(target.Name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not ours to look at.
            return false;
        }
    }

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (IOException)
        {
            return "?";
        }
    }
}
