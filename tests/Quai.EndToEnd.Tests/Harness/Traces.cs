using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>
/// What an instance has in the kernel and on the disk, found by the names that are its own,
/// so that other engines on the machine do not matter. <see cref="ReadAsync"/> twice and compare: that is the leak check.
/// </summary>
public sealed partial record Traces(
    IReadOnlyList<string> Mounts,
    IReadOnlyList<string> Cgroups,
    IReadOnlyList<string> Interfaces,
    IReadOnlyList<string> NetworkNamespaces,
    IReadOnlyList<string> Processes,
    IReadOnlyList<string> FirewallElements,
    IReadOnlyList<string> Files)
{
    /// <summary>Everything there is now.</summary>
    public static async Task<Traces> ReadAsync(QuaidInstance instance) => new(
        MountsOf(instance),
        CgroupsOf(instance),
        await InterfacesOfAsync(instance),
        NetworkNamespacesOf(instance),
        [.. ProcessesOf(instance).Select(pid => $"{pid} {CommandLineOf(pid)}")],
        await ElementsOfAsync(instance),
        FilesOf(instance));

    /// <summary>Asserts that nothing is there now that was not in <paramref name="before"/>; what is taken down in the background gets time to go.</summary>
    public static Task AssertNoneNewAsync(QuaidInstance instance, Traces before) =>
        Eventually.HoldsAsync(async () => (await ReadAsync(instance)).NewSince(before) is { Length: > 0 } strays ? "left behind:\n" + strays + "\ndaemon:\n" + instance.DaemonLog() : null);

    /// <summary>Daemons with the instance's data root: one that an earlier run left has its names.</summary>
    public static List<int> DaemonsOf(QuaidInstance instance)
    {
        var found = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                    && File.ReadAllText(folder + "/cmdline").Split('\0') is [{ } program, "--data-root", { } root, ..]
                    && Path.GetFileName(program) == "quaid" && root == $"{instance.Root}/data")
                {
                    found.Add(pid);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }

        return found;
    }

    /// <summary>Mount points below the instance's folder, in the host's mount namespace.</summary>
    public static List<string> MountsOf(QuaidInstance instance) =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.StartsWith(instance.Root + "/", StringComparison.Ordinal))];

    /// <summary>Control groups below the instance's parent, in every hierarchy.</summary>
    public static List<string> CgroupsOf(QuaidInstance instance)
    {
        var found = new List<string>();
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            string[] words = line.Split(' ');
            if (words[Array.IndexOf(words, "-") + 1] is "cgroup" or "cgroup2" && words[4] + instance.CgroupParent is { } parent && Directory.Exists(parent))
            {
                found.AddRange(Directory.EnumerateDirectories(parent, "*", SearchOption.AllDirectories));
            }
        }

        return found;
    }

    /// <summary>Processes in the instance's cgroups, and shims: programs with the instance's folder in their command line, other than daemon and clients.</summary>
    public static List<int> ProcessesOf(QuaidInstance instance)
    {
        var found = new SortedSet<int>();
        foreach (string cgroup in CgroupsOf(instance))
        {
            try
            {
                foreach (string pid in File.ReadLines(Path.Combine(cgroup, "cgroup.procs")))
                {
                    found.Add(int.Parse(pid, CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // The group went away.
            }
        }

        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid)
                && CommandLineOf(pid) is { } line
                && line.Contains(instance.Root + "/", StringComparison.Ordinal)
                && Path.GetFileName(line.Split(' ')[0]) is "quai-shim" or "quai-runtime")
            {
                found.Add(pid);
            }
        }

        return [.. found];
    }

    /// <summary>nftables tables (<c>family name</c>) that speak of the instance's bridge.</summary>
    public static async Task<List<string>> TablesOfAsync(QuaidInstance instance)
    {
        var tables = new List<string>();
        foreach (string table in (await RunningCommand.ShellAsync("nft list tables")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = table["table ".Length..];
            if (name.Contains("quai", StringComparison.Ordinal)
                && (await RunningCommand.RunAsync("nft", ["list", "table", .. name.Split(' ')])).Stdout.Contains(instance.Bridge + "\"", StringComparison.Ordinal))
            {
                tables.Add(name);
            }
        }

        return tables;
    }

    /// <summary>The bridges of networks that were made, by the mark of the instance's data root.</summary>
    public static async Task<List<string>> BridgesOfAsync(QuaidInstance instance) =>
        [.. (await RunningCommand.RunAsync("ip", ["-o", "link", "show", "type", "bridge"])).Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.Split(' ').Contains($"{instance.Root}/data"))
            .Select(line => line.Split(' ')[1].TrimEnd(':'))
            .Where(bridge => bridge != instance.Bridge)];

    private static async Task<List<string>> ElementsOfAsync(QuaidInstance instance)
    {
        var elements = new List<string>();
        foreach (string table in await TablesOfAsync(instance))
        {
            string text = (await RunningCommand.RunAsync("nft", ["list", "table", .. table.Split(' ')])).Stdout;
            foreach (Match block in Elements().Matches(text))
            {
                elements.AddRange(block.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(e => $"{table}: {e}"));
            }
        }

        return elements;
    }

    private static async Task<List<string>> InterfacesOfAsync(QuaidInstance instance) =>
        [.. (await RunningCommand.RunAsync("ip", ["-o", "link", "show", "master", instance.Bridge])).Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[1])];

    /// <summary>Namespaces kept by a mount below the instance's folder, by its processes or by a descriptor of its daemon.</summary>
    private static List<string> NetworkNamespacesOf(QuaidInstance instance)
    {
        string own = LinkOf("/proc/self/ns/net") ?? "";
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (int pid in ProcessesOf(instance))
        {
            found.Add(LinkOf($"/proc/{pid}/ns/net") ?? own);
        }

        string descriptors = $"/proc/{instance.Pid}/fd";
        if (Directory.Exists(descriptors))
        {
            foreach (string descriptor in Directory.EnumerateFileSystemEntries(descriptors))
            {
                if (LinkOf(descriptor) is { } target && target.StartsWith("net:", StringComparison.Ordinal))
                {
                    found.Add(target);
                }
            }
        }

        found.Remove(own);
        return [.. found];
    }

    /// <summary>Names below the roots, three levels deep: containers, snapshots, run folders. Not the files of databases and of blobs' contents, which come and go.</summary>
    private static List<string> FilesOf(QuaidInstance instance)
    {
        var found = new List<string>();
        Walk($"{instance.Root}/data", 3);
        Walk($"{instance.Root}/exec", 2);
        found.Sort(StringComparer.Ordinal);
        return found;

        void Walk(string folder, int depth)
        {
            try
            {
                foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
                {
                    if (Transient().IsMatch(entry.Name))
                    {
                        continue;
                    }

                    found.Add(entry.FullName);
                    if (depth > 1 && entry is DirectoryInfo { LinkTarget: null })
                    {
                        Walk(entry.FullName, depth - 1);
                    }
                }
            }
            catch (DirectoryNotFoundException)
            {
                // Went away meanwhile, or never was.
            }
        }
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? CommandLineOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').TrimEnd();
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string NewSince(Traces before)
    {
        var report = new StringBuilder();
        Compare("mount", Mounts, before.Mounts);
        Compare("cgroup", Cgroups, before.Cgroups);
        Compare("interface", Interfaces, before.Interfaces);
        Compare("network namespace", NetworkNamespaces, before.NetworkNamespaces);
        Compare("process", Processes, before.Processes);
        Compare("firewall element", FirewallElements, before.FirewallElements);
        Compare("file", Files, before.Files);
        return report.ToString();

        void Compare(string what, IReadOnlyList<string> now, IReadOnlyList<string> then)
        {
            foreach (string stray in now.Except(then))
            {
                report.Append(what).Append(' ').AppendLine(stray);
            }
        }
    }

    [GeneratedRegex(@"elements = \{([^}]*)\}")]
    private static partial Regex Elements();

    [GeneratedRegex(@"(-wal|-shm|-journal|\.log|\.pid)$")]
    private static partial Regex Transient();
}
