using System.Globalization;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Linux.Sockets;

namespace Quai.Daemon.Rootless;

/// <summary>
/// What leads from a network namespace of an ordinary user to the host's network: one <c>pasta</c> (Debian's package passt) or <c>slirp4netns</c> for the daemon and all of its
/// containers. Only what goes out passes it; published ports go another way (<see cref="HostSocketServer"/>).
/// </summary>
internal static class OutsideNetwork
{
    private const string Tun = "/dev/net/tun", HostNameServers = "/etc/resolv.conf", PastaNameServer = "169.254.1.1", SlirpNameServer = "10.0.2.3";
    private const int Patience = 10;

    /// <summary>Starts it.</summary>
    /// <param name="kind"><c>auto</c>, <c>pasta</c> or <c>slirp4netns</c>.</param>
    /// <param name="pid">A process in the namespaces.</param>
    /// <param name="folder">Where it may keep files.</param>
    /// <returns>Its process, which lives on by itself.</returns>
    /// <exception cref="QuaiException">There is none, or it does not work.</exception>
    public static KnownProcess Start(string kind, int pid, string folder)
    {
        string? pasta = kind is "auto" or "pasta" ? HostProgram.Find("pasta") : null, slirp = kind is "auto" or "slirp4netns" ? HostProgram.Find("slirp4netns") : null;
        if (pasta is null && slirp is null)
        {
            throw QuaiException.Invalid(kind == "auto"
                ? "without root quaid needs pasta or slirp4netns to reach the network, and neither is installed (Debian's packages passt and slirp4netns have them)"
                : $"the program {kind} of --rootless-network is not installed");
        }

        if (!FileCalls.IsWritable(Tun))
        {
            // pasta would wait for it without a word.
            throw QuaiException.System($"this user may not open {Tun}, by which containers are to reach the network: root can let everybody do that, as is usual (chmod 666 {Tun})");
        }

        string? servers = File.Exists(HostNameServers) ? NameServersFor(File.ReadAllLines(HostNameServers), pasta is not null ? PastaNameServer : SlirpNameServer) : null;
        KnownProcess started = pasta is not null ? StartPasta(pasta, pid, folder, forwards: servers is not null) : StartSlirp(slirp!, pid);
        try
        {
            if (servers is not null)
            {
                Cover(pid, folder, servers);
            }

            return started;
        }
        catch
        {
            started.Kill();
            throw;
        }
    }

    /// <summary>What a resolv.conf becomes in the namespaces: servers at the host's own loopback are reached by another address. Null if it can stay as it is.</summary>
    /// <param name="lines">The host's.</param>
    /// <param name="forwarder">The address.</param>
    public static string? NameServersFor(IReadOnlyList<string> lines, string forwarder)
    {
        static bool IsServer(string line) => line.StartsWith("nameserver", StringComparison.Ordinal);
        static bool IsLoopback(string line) => System.Net.IPAddress.TryParse(line["nameserver".Length..].Trim(), out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address);
        string[] servers = [.. lines.Select(l => l.Trim()).Where(IsServer)];
        return servers.Any(s => !IsLoopback(s)) ? null : string.Concat(lines.Where(l => !IsServer(l.Trim())).Append("nameserver " + forwarder).Select(l => l + "\n"));
    }

    private static KnownProcess StartPasta(string program, int pid, string folder, bool forwards)
    {
        string record = Path.Combine(folder, "pasta.pid");
        File.Delete(record);

        // It returns once the namespace is connected, and lives on in the background. Nothing of the host's loopback is led inside, nor any port.
        HostProgram.Run(
            program,
            ["--config-net", "--no-map-gw", .. forwards ? (string[])["--dns-forward", PastaNameServer] : [], "-t", "none", "-u", "none", "-T", "none", "-U", "none", "--quiet", "-P", record, pid.ToString(CultureInfo.InvariantCulture)],
            Patience);
        return int.TryParse(File.ReadAllText(record).Trim(), CultureInfo.InvariantCulture, out int number) && KnownProcess.Of(number) is { } process
            ? process : throw QuaiException.System("pasta ended right after it was started");
    }

    private static unsafe KnownProcess StartSlirp(string program, int pid)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_STREAM);
        using (ours)
        {
            int started;
            using (theirs)
            {
                started = Spawner.Spawn(
                    program,
                    ["slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback", "--ready-fd=3", pid.ToString(CultureInfo.InvariantCulture), "tap0"],
                    HostProgram.Environment, [(theirs.Number, 3)]);
            }

            PollEntry entry = new() { Descriptor = ours.Number, Events = IoConstants.POLLIN };
            TimeSpec time = new() { Seconds = Patience };
            byte ready = 0;
            bool said = SystemCall.Waiting(SystemCallNumber.PPoll, (long)&entry, 1, (long)&time, 0, 0) > 0 && SystemCall.Quick(SystemCallNumber.Read, ours.Number, (long)&ready, 1) == 1;
            if (said && KnownProcess.Of(started) is { } process)
            {
                return process;
            }

            KnownProcess.Of(started)?.Kill();
            throw QuaiException.System("slirp4netns does not connect the namespace to the network");
        }
    }

    /// <summary>Covers the host's resolv.conf, for the daemon and thereby for its containers, where its servers cannot be reached from the namespaces.</summary>
    private static void Cover(int pid, string folder, string text)
    {
        string own = Path.Combine(folder, "resolv.conf");
        File.WriteAllText(own, text);
        HostProgram.Run(
            HostProgram.Need("nsenter", "util-linux"),
            ["--target", pid.ToString(CultureInfo.InvariantCulture), "--user", "--mount", "--preserve-credentials", HostProgram.Need("mount", "mount"), "--bind", own, HostNameServers]);
    }
}
