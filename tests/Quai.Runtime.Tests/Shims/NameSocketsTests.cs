using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Oci.Runtime;
using Quai.Plans;
using Quai.Runtime.Shims;
using static Quai.Runtime.Tests.Shims.ContainerNetwork;

namespace Quai.Runtime.Tests.Shims;

/// <summary>The sockets of a container's name server: what the container sends to 127.0.0.11:53 arrives in them, whichever daemon has them.</summary>
public sealed class NameSocketsTests
{
    private const byte UdpNumber = 17;

    [Fact]
    public async Task Questions_arrive_and_answers_come_from_where_they_went()
    {
        await using TestContainer container = Named("sleep", "1000");
        IShim shim = await container.StartAsync();
        using NameSockets sockets = await SocketsAsync(shim);
        IPEndPoint udp = (IPEndPoint)sockets.Udp.LocalEndPoint!, tcp = (IPEndPoint)sockets.Tcp.LocalEndPoint!;
        Assert.Equal(udp, tcp);
        Assert.Equal(NameServer.Address, udp.Address);
        Assert.NotEqual(53, udp.Port);
        for (int i = 0; i < 3; i++)
        {
            await AskUdpAsync(shim.Pid, sockets);
            await AskTcpAsync(shim.Pid, sockets);
        }

        // Another pair of duplicates of the same.
        using NameSockets more = await SocketsAsync(shim);
        await AskUdpAsync(shim.Pid, more);
        await AskTcpAsync(shim.Pid, more);
    }

    [Fact]
    public async Task A_program_without_rights_in_a_read_only_container_asks_by_both()
    {
        await using TestContainer container = Named("sh", "-c", "busybox nslookup -type=a quai.test 127.0.0.11; echo question | busybox nc 127.0.0.11 53; touch /made");
        container.Spec.Root!.Readonly = true;
        container.Spec.Linux!.Sysctl = new() { ["net.ipv4.ip_local_port_range"] = "2000 2100", ["net.ipv4.ip_unprivileged_port_start"] = "1024" };
        container.Spec.Process!.User = new User { Uid = 1000, Gid = 1000 };
        container.Spec.Process.Capabilities = new CapabilitySets();
        container.Spec.Process.NoNewPrivileges = true;
        container.Launch = container.Launch with { AttachAtStart = new AttachStreams(false, true, true) };
        IShim shim = await container.StartAsync();
        using NameSockets sockets = await SocketsAsync(shim);
        Task<string> output = TestContainer.ReadAllAsync(shim.InitialAttach!, terminal: false);
        await AnswerUdpAsync(sockets.Udp, AddressOf);
        using (Socket accepted = await sockets.Tcp.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(10)))
        {
            byte[] buffer = new byte[64];
            Assert.Equal("question\n", Encoding.ASCII.GetString(buffer, 0, await accepted.ReceiveAsync(buffer)));
            await accepted.SendAsync("answer\n"u8.ToArray());
        }

        string text = await output;
        Assert.Contains("Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n", text, StringComparison.Ordinal);
        Assert.Contains("Name:\tquai.test\nAddress: 192.0.2.7\n", text, StringComparison.Ordinal);
        Assert.Contains("\nanswer\n", text, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_asked_while_there_is_no_daemon_waits_for_the_next()
    {
        await using TestContainer container = Named("sleep", "1000");
        IShim first = await container.StartAsync();
        int pid = first.Pid;
        using (NameSockets sockets = await SocketsAsync(first))
        {
            await AskUdpAsync(pid, sockets);
        }

        await first.DisposeAsync();
        using Socket udp = Udp(pid), tcp = Tcp(pid);
        const int questions = 300;
        for (int i = 0; i < questions; i++)
        {
            await udp.SendToAsync(BitConverter.GetBytes(i), SocketFlags.None, NameServer);
        }

        await tcp.ConnectAsync(NameServer).WaitAsync(TimeSpan.FromSeconds(10));
        await tcp.SendAsync("question"u8.ToArray());

        await using IShim? second = await container.Runtime.ReconnectAsync(container.Id, container.RunDirectory, default);
        using NameSockets again = await SocketsAsync(second!);
        await AnswerTcpAsync(tcp, again);
        for (int i = 0; i < questions - 1; i++)
        {
            Assert.Equal(i, BitConverter.ToInt32((await ReceiveAsync(again.Udp)).Bytes));
        }

        // The last is answered when connection tracking does not remember it any more, as it is after half a minute.
        using (NetlinkSocket tracking = Within(pid, NftBatch.OpenSocket))
        {
            Conntrack.Forget(tracking, NameServer.Address, UdpNumber);
        }

        await AnswerUdpAsync(again.Udp, _ => "late"u8.ToArray());
        (byte[] bytes, EndPoint from) = await ReceiveAsync(udp);
        Assert.Equal("late"u8.ToArray(), bytes);
        Assert.Equal(NameServer, from);
        await AskUdpAsync(pid, again);
        await second!.SignalAsync(9, default);
        await second.Exit.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_daemon_that_goes_while_it_waits_for_questions_leaves_the_sockets_whole()
    {
        await using TestContainer container = Named("sleep", "1000");
        IShim shim = await container.StartAsync();
        using (CancellationTokenSource stop = new())
        using (NameSockets sockets = await SocketsAsync(shim))
        {
            Task udp = sockets.Udp.ReceiveFromAsync(new byte[512], SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), stop.Token).AsTask(), tcp = sockets.Tcp.AcceptAsync(stop.Token).AsTask();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => udp);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tcp);
        }

        using NameSockets next = await SocketsAsync(shim);
        await AskUdpAsync(shim.Pid, next);
        await AskTcpAsync(shim.Pid, next);
    }

    [Fact]
    public async Task Port_53_is_the_containers_own_everywhere_else()
    {
        await using TestContainer container = Named("sleep", "1000");
        IShim shim = await container.StartAsync();
        using NameSockets sockets = await SocketsAsync(shim);
        foreach (string address in (string[])["0.0.0.0", "127.0.0.1"])
        {
            using Socket udp = Udp(shim.Pid), tcp = Tcp(shim.Pid), client = Udp(shim.Pid), caller = Tcp(shim.Pid);
            udp.Bind(new IPEndPoint(IPAddress.Parse(address), 53));
            tcp.Bind(new IPEndPoint(IPAddress.Parse(address), 53));
            tcp.Listen();
            await AskUdpAsync(shim.Pid, sockets);
            await AskTcpAsync(shim.Pid, sockets);

            await client.SendToAsync("own"u8.ToArray(), SocketFlags.None, new IPEndPoint(IPAddress.Loopback, 53));
            await AnswerUdpAsync(udp, _ => "its own"u8.ToArray());
            (byte[] bytes, EndPoint from) = await ReceiveAsync(client);
            Assert.Equal("its own"u8.ToArray(), bytes);
            Assert.Equal(new IPEndPoint(IPAddress.Loopback, 53), from);
            await caller.ConnectAsync(IPAddress.Loopback, 53).WaitAsync(TimeSpan.FromSeconds(10));
            using Socket accepted = await tcp.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Rules_of_the_containers_stand_beside_and_flushing_all_harms_nobody_else()
    {
        await using TestContainer container = Named("sleep", "1000"), neighbour = Named("sleep", "1000");
        IShim shim = await container.StartAsync(), other = await neighbour.StartAsync();
        using NameSockets sockets = await SocketsAsync(shim), others = await SocketsAsync(other);
        await NftAsync(shim.Pid, """
            add table ip nat; add chain ip nat output { type nat hook output priority -100; }; add rule ip nat output ip daddr 192.0.2.1 dnat to 127.0.0.1;
            add chain ip nat postrouting { type nat hook postrouting priority 100; }; add rule ip nat postrouting oifname eth0 masquerade;
            add table inet filter; add chain inet filter input { type filter hook input priority 0; }; add rule inet filter input ct state established,related accept
            """);
        await AskUdpAsync(shim.Pid, sockets);
        await AskTcpAsync(shim.Pid, sockets);
        string rules = await NftAsync(shim.Pid, "list table ip quai-dns");
        int port = ((IPEndPoint)sockets.Udp.LocalEndPoint!).Port;
        foreach (string protocol in (string[])["udp", "tcp"])
        {
            Assert.Contains($"ip daddr 127.0.0.11 {protocol} dport 53 {protocol} dport set {port}\n", rules, StringComparison.Ordinal);
            Assert.Contains($"ip saddr 127.0.0.11 {protocol} sport {port} {protocol} sport set 53\n", rules, StringComparison.Ordinal);
        }

        await NftAsync(shim.Pid, "flush ruleset");
        using Socket client = Tcp(shim.Pid);
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(NameServer))).SocketErrorCode);
        await AskUdpAsync(other.Pid, others);
        await AskTcpAsync(other.Pid, others);
    }

    [Fact]
    public async Task A_container_without_has_no_sockets_and_no_table()
    {
        await using TestContainer container = new("sleep", "1000"), named = Named("sleep", "1000");
        IShim shim = await container.StartAsync(), other = await named.StartAsync();
        Assert.Null(await shim.NameSocketsAsync(default));
        Assert.Equal("", await NftAsync(shim.Pid, "list ruleset"));
        Assert.Equal(2, File.ReadLines($"/proc/{other.Pid}/net/udp").Count());
        Assert.Single(File.ReadLines($"/proc/{shim.Pid}/net/udp"));
        Assert.Single(File.ReadLines($"/proc/{shim.Pid}/net/tcp"));

        // A network namespace that is another's is left as it is.
        await using TestContainer joined = Named("sleep", "1000");
        joined.Spec.Linux!.Namespaces!.Single(n => n.Type == "network").Path = $"/proc/{shim.Pid}/ns/net";
        Assert.Null(await (await joined.StartAsync()).NameSocketsAsync(default));
        Assert.Equal("", await NftAsync(shim.Pid, "list ruleset"));
    }

    [Fact]
    public async Task A_program_inherits_nothing_of_it_and_the_end_takes_it_all()
    {
        await using TestContainer container = Named("sh", "-c", "ls /proc/self/fd | tr '\\n' ' '; read line");
        container.Launch = container.Launch with { OpenStdin = true, StdinOnce = true, AttachAtStart = new AttachStreams(true, true, true) };
        IShim shim = await container.StartAsync();
        int parent = ParentOf(shim.Pid);
        Assert.Equal(2, Links(parent).Count(l => l.StartsWith("socket:", StringComparison.Ordinal) && !IsUnix(l)));
        using (NameSockets sockets = await SocketsAsync(shim))
        {
            await AskUdpAsync(shim.Pid, sockets);
        }

        shim.InitialAttach!.CompleteWriting();

        // The directory itself is the fourth.
        Assert.Equal("0 1 2 3 ", await TestContainer.ReadAllAsync(shim.InitialAttach, terminal: false));
        await shim.Exit.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_container_with_a_user_namespace_or_a_terminal_or_anothers_processes_has_them_too()
    {
        await using TestContainer first = Named("sleep", "1000"), user = Named("sleep", "1000"), terminal = Named("sleep", "1000"), sharing = Named("sleep", "1000");
        int pid = (await first.StartAsync()).Pid;
        user.Spec.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
        user.Spec.Linux.UidMappings = user.Spec.Linux.GidMappings = [new IdMapping { ContainerId = 0, HostId = 0, Size = 65536 }];
        terminal.Spec.Process!.Terminal = true;
        sharing.Spec.Linux!.Namespaces!.Single(n => n.Type == "pid").Path = $"/proc/{pid}/ns/pid";
        foreach (TestContainer container in (TestContainer[])[user, terminal, sharing])
        {
            IShim shim = await container.StartAsync();
            using NameSockets sockets = await SocketsAsync(shim);
            await AskUdpAsync(shim.Pid, sockets);
            await AskTcpAsync(shim.Pid, sockets);
        }
    }

    [Fact]
    public void A_kernel_without_nf_tables_is_said_to_be_one() => Assert.Equal(
        "write nftables table quai-dns, which leads from 127.0.0.11:53 to the name server: the kernel lacks nf_tables: the module nf_tables is needed",
        StartFailure.Of("write nftables table quai-dns, which leads from 127.0.0.11:53 to the name server", PlanError.NoNftables).Message);

    private static TestContainer Named(params string[] arguments)
    {
        TestContainer container = new(arguments);
        container.Launch = container.Launch with { NameSockets = true };
        return container;
    }

    private static async Task<NameSockets> SocketsAsync(IShim shim) => await shim.NameSocketsAsync(default) ?? throw new InvalidOperationException("it has no name sockets");

    /// <summary>The answer to a DNS question: 192.0.2.7.</summary>
    private static byte[] AddressOf(byte[] question)
    {
        byte[] answer = [.. question, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 7];
        answer[2] |= 0x80;
        answer[7] = 1;
        return answer;
    }

    private static async Task<string> NftAsync(int pid, string command)
    {
        using System.Diagnostics.Process nft = System.Diagnostics.Process.Start(new ProcessStartInfo("nsenter", ["-t", pid.ToString(CultureInfo.InvariantCulture), "-n", "nft", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = nft.StandardError.ReadToEndAsync();
        string output = await nft.StandardOutput.ReadToEndAsync();
        await nft.WaitForExitAsync();
        Assert.True(nft.ExitCode == 0, await error);
        return output;
    }

    private static int ParentOf(int pid) => int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ')[1], CultureInfo.InvariantCulture);

    private static List<string> Links(int pid) => [.. Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(f => new FileInfo(f).LinkTarget ?? "")];

    private static bool IsUnix(string link) => File.ReadLines("/proc/net/unix").Any(l => l.Contains(" " + link[8..^1], StringComparison.Ordinal));
}
