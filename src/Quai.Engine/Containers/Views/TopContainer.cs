using Quai.Linux.Processes;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Views;

/// <summary>Lists a container's processes.</summary>
internal sealed partial class TopContainer(ContainerRegistry registry, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.TopAsync"/>
    public async Task<ContainerTopResponse> RunAsync(string id, string? psArguments, CancellationToken cancellation)
    {
        string arguments = string.IsNullOrWhiteSpace(psArguments) ? "-ef" : psArguments;

        // A renamed PID column could not be found again.
        foreach (Match match in PidColumn().Matches(" " + arguments))
        {
            if (match.Groups[1].Value.Length > 0)
            {
                throw QuaiException.Invalid($"specifying \"{match.Value.Trim()}\" is not allowed");
            }
        }

        Container container = registry.Resolve(id);
        ContainerRun run = container.State.Status switch
        {
            ContainerStatus.Restarting => throw QuaiException.Conflict($"Container {container.Id} is restarting, wait until the container is running"),
            _ => container.Run ?? throw ContainerErrors.NotRunning(container),
        };
        HashSet<int> inside = CgroupTree.Hierarchies.Count > 0 ? [.. CgroupTree.Open(run.CgroupsPath).Processes()]
            : container.Spec.Namespaces.Pid is { IsHost: false, Container: null } ? NamespaceMembers.Of(run.Shim.Pid, "pid")
            : throw QuaiException.Invalid($"the processes of container {container.Id} cannot be told from others: it shares its process namespace, and has no control group");
        string output = await RunPsAsync(arguments, cancellation).ConfigureAwait(false);
        ContainerTopResponse response = Select(output, inside);
        events.Publish(container, "top");
        return response;
    }

    /// <summary>Keeps the lines of <c>ps</c> that are about these processes; the last column keeps its spaces.</summary>
    internal static ContainerTopResponse Select(string output, IReadOnlySet<int> processes)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<string> titles = lines.Length == 0 ? [] : [.. lines[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        int column = titles.IndexOf("PID");
        if (column < 0)
        {
            throw QuaiException.System("Couldn't find PID field in ps output");
        }

        List<List<string>> rows = [];
        foreach (string line in lines.Skip(1))
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > column && int.TryParse(words[column], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && processes.Contains(pid))
            {
                int fields = Math.Min(titles.Count, words.Length);
                rows.Add([.. words[..(fields - 1)], string.Join(' ', words[(fields - 1)..])]);
            }
        }

        return new ContainerTopResponse(titles, rows);
    }

    private static async Task<string> RunPsAsync(string arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("ps") { RedirectStandardOutput = true, RedirectStandardError = true };

        // It needs nothing from the daemon's own environment.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (string argument in arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using Process ps = Process.Start(start)!;
            Task<string> errors = ps.StandardError.ReadToEndAsync(cancellation);
            string output = await ps.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await ps.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return ps.ExitCode == 0 ? output : throw QuaiException.System($"ps: {(await errors.ConfigureAwait(false)).Split('\n')[0].Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw QuaiException.System($"the host has no ps program: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"\s(\w*\bpid)=", RegexOptions.IgnoreCase)]
    private static partial Regex PidColumn();
}
