using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.Rootless;

/// <summary>A daemon without root: what runs, what is reached, what is limited, and what is refused.</summary>
public sealed class RootlessTests(RootlessInstance quaid) : IClassFixture<RootlessInstance>
{
    private const string EchoOfDatagrams = """
        #include <netinet/in.h>
        #include <sys/socket.h>
        int main(void) {
            int s = socket(AF_INET, SOCK_DGRAM, 0);
            struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(53) }, from;
            bind(s, (void *)&here, sizeof here);
            for (char b[2048];;) {
                socklen_t length = sizeof from;
                int n = recvfrom(s, b, sizeof b, 0, (void *)&from, &length);
                if (n > 0) sendto(s, b, n, 0, (void *)&from, length);
            }
        }
        """;

    [QuaidFact]
    public async Task RootOfAContainerIsTheUserAndOthersAreTheUsersSubordinates()
    {
        await RunningCommand.ShellAsync($"install -d -m 777 -o {quaid.User} {quaid.Home}/files");
        Assert.Equal("0", await quaid.Docker.OkAsync($"run --rm {BusyboxImage.Name} id -u"));
        await quaid.Docker.OkAsync($"run --rm -v {quaid.Home}/files:/f {BusyboxImage.Name} sh -c 'touch /f/roots && touch /f/alices && chown 1000:1000 /f/alices'");
        Assert.Equal(quaid.Uid, (await RunningCommand.ShellAsync($"stat -c %u {quaid.Home}/files/roots")).Trim());
        Assert.Equal((quaid.FirstSubordinate + 999).ToString(CultureInfo.InvariantCulture), (await RunningCommand.ShellAsync($"stat -c %u {quaid.Home}/files/alices")).Trim());

        // Root there is nobody in particular to the machine.
        CommandResult machine = await quaid.Docker.RunAsync($"run --rm --privileged -v /etc:/host {BusyboxImage.Name} sh -c 'echo x >/host/quai-was-here'");
        Assert.NotEqual(0, machine.ExitCode);
        Assert.False(File.Exists("/etc/quai-was-here"));
        Assert.Contains("name=rootless", await quaid.Docker.OkAsync("info -f '{{.SecurityOptions}}'"), StringComparison.Ordinal);

        // The user's client finds the user's daemon by itself.
        Assert.Contains("name=rootless", (await quaid.AsUserAsync($"{TestEnvironment.BinDirectory}/quai info -f '{{{{.SecurityOptions}}}}'")).Succeeded(), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task ExecsTerminalsVolumesNamesAndTheNetworkWork()
    {
        await quaid.Docker.OkAsync("network create rl");
        string id = await quaid.Docker.OkAsync($"run -d --network rl --name server -v data:/data --tmpfs /t --shm-size 1m --user alice {BusyboxImage.Name} sh -c 'cat /dev/null; sleep 600'");
        try
        {
            Assert.Equal("1000 ok", await quaid.Docker.OkAsync($"exec {id} sh -c 'echo $(id -u) ok'"));
            Assert.Equal("0", await quaid.Docker.OkAsync($"exec -u root {id} sh -c 'echo kept >/data/f && id -u'"));
            Assert.Contains("sleep 600", await quaid.Docker.OkAsync($"top {id}"), StringComparison.Ordinal);
            await quaid.Docker.OkAsync($"run --rm --network rl {BusyboxImage.Name} ping -c 1 -W 5 server");
            Assert.Equal("kept", await quaid.Docker.OkAsync($"run --rm -v data:/d {BusyboxImage.Name} cat /d/f"));
            await quaid.Docker.OkAsync($"cp {id}:/etc/passwd {quaid.Home}/passwd");
            Assert.Contains("alice", await File.ReadAllTextAsync(quaid.Home + "/passwd"), StringComparison.Ordinal);
            await quaid.Docker.OkAsync($"exec -u root {id} sh -c 'rm -r /home /bin/alien && mkdir /home && touch /home/new'");
            string diff = await quaid.Docker.OkAsync($"diff {id}");
            Assert.Contains("D /bin/alien", diff, StringComparison.Ordinal);
            await quaid.Docker.OkAsync($"commit {id} rl:committed");
            Assert.Equal("new", await quaid.Docker.OkAsync("run --rm rl:committed sh -c 'ls /home; test ! -e /bin/alien'"));
        }
        finally
        {
            await quaid.Docker.RunAsync($"rm -fv {id}");
            await quaid.Docker.RunAsync("volume rm data");
            await quaid.Docker.RunAsync("network rm rl");
        }
    }

    [QuaidFact]
    public async Task PortsArePublishedWhereTheyAreAskedForAndNowhereElse()
    {
        int tcp = FreePort(), udp = FreePort();
        string echo = Directory.CreateDirectory("/tmp/quai-e2e/" + quaid.User + "/echo").FullName;
        await File.WriteAllTextAsync(echo + "/udpecho.c", EchoOfDatagrams);
        await RunningCommand.ShellAsync($"gcc -static -o {echo}/udpecho {echo}/udpecho.c");
        string id = await quaid.Docker.OkAsync(
            $"run -d -p 127.0.0.1:{tcp}:80 -p 127.0.0.1:{udp}:53/udp -v {echo}:/e {BusyboxImage.Name} sh -c '/e/udpecho & exec nc -ll -p 80 -e cat'");
        try
        {
            await Eventually.HoldsAsync(async () => await EchoAsync(IPAddress.Loopback, tcp) is var got && got == "hello" ? null : $"the TCP port answers \"{got}\"");
            await Eventually.HoldsAsync(async () => await EchoDatagramAsync(udp) is var got && got == "hello" ? null : $"the UDP port answers \"{got}\"");
            Assert.Equal($"127.0.0.1:{tcp}", await quaid.Docker.OkAsync($"port {id} 80"));

            // Only there.
            foreach (IPAddress address in await Dns.GetHostAddressesAsync(Dns.GetHostName()))
            {
                if (!IPAddress.IsLoopback(address) && address.AddressFamily == AddressFamily.InterNetwork)
                {
                    Assert.Null(await EchoAsync(address, tcp));
                }
            }

            CommandResult taken = await quaid.Docker.RunAsync($"run --rm -p 127.0.0.1:{tcp}:80 {BusyboxImage.Name} true");
            Assert.Contains("port is already allocated", taken.Stderr, StringComparison.Ordinal);
            using var other = new TcpListener(IPAddress.Loopback, 0);
            other.Start();
            CommandResult used = await quaid.Docker.RunAsync($"run --rm -p 127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}:80 {BusyboxImage.Name} true");
            Assert.Contains("address already in use", used.Stderr, StringComparison.Ordinal);
            CommandResult low = await quaid.Docker.RunAsync($"run --rm -p 127.0.0.1:7:80 {BusyboxImage.Name} true");
            Assert.Contains("ip_unprivileged_port_start", low.Stderr, StringComparison.Ordinal);
        }
        finally
        {
            await quaid.Docker.RunAsync($"rm -f {id}");
        }

        Assert.Null(await EchoAsync(IPAddress.Loopback, tcp));
    }

    [QuaidFact]
    public async Task ImagesAreBuilt()
    {
        string folder = Directory.CreateDirectory("/tmp/quai-e2e/" + quaid.User + "/context").FullName;
        await File.WriteAllTextAsync(folder + "/Dockerfile", $"""
            FROM {BusyboxImage.Name}
            RUN mkdir /d && echo one >/d/one && echo builder:x:500:500::/:/bin/sh >>/etc/passwd && echo own >/own && chown builder /own
            RUN rm -r /d && mkdir /d && echo two >/d/two
            COPY --chown=1000 Dockerfile /copied
            USER builder
            """);
        (await quaid.Quai.RunAsync($"build -t rl:built {folder}", timeout: TimeSpan.FromMinutes(2))).Expect();
        Assert.Equal("two 500 500 1000", await quaid.Docker.OkAsync("run --rm rl:built sh -c 'echo $(ls /d) $(id -u) $(stat -c %u /own /copied)'"));
    }

    [QuaidFact]
    public async Task LimitsHoldWhereTheUserWasGivenAControlGroup()
    {
        string id = await quaid.Docker.OkAsync($"run -d -m 32m --pids-limit 50 --cpus 0.5 {BusyboxImage.Name} sleep 600");
        try
        {
            string[] limits = [.. Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup")
                .SelectMany(h => (string[])[$"{h}{quaid.Group}/quai/{id}/memory.max", $"{h}{quaid.Group}/quai/{id}/memory.limit_in_bytes"]).Where(File.Exists)];
            Assert.Equal("33554432", (await File.ReadAllTextAsync(Assert.Single(limits))).Trim());
            await quaid.Docker.OkAsync($"pause {id}");
            Assert.Equal("paused", await quaid.Docker.InspectAsync(id, "{{.State.Status}}"));
            await quaid.Docker.OkAsync($"unpause {id}");
            await quaid.Docker.OkAsync($"update -m 64m --memory-swap 64m {id}");
            Assert.Equal("67108864", (await File.ReadAllTextAsync(limits[0])).Trim());
            CommandResult greedy = await quaid.Docker.RunAsync($"run --name greedy -m 16m --memory-swap 16m {BusyboxImage.Name} sh -c 'head -c 64m /dev/zero | tail'");
            Assert.NotEqual(0, greedy.ExitCode);
            Assert.Equal("true", await quaid.Docker.InspectAsync("greedy", "{{.State.OOMKilled}}"));
        }
        finally
        {
            await quaid.Docker.RunAsync($"rm -f {id} greedy");
        }
    }

    [QuaidFact]
    public async Task ContainersOutliveAKilledDaemonAndNothingOutlivesTheLastOne()
    {
        int port = FreePort();
        string id = await quaid.Docker.OkAsync($"run -d -p 127.0.0.1:{port}:80 {BusyboxImage.Name} nc -ll -p 80 -e cat");
        string pid = await quaid.Docker.InspectAsync(id, "{{.State.Pid}}");
        await quaid.KillDaemonAsync();
        Assert.True(Directory.Exists("/proc/" + pid));
        await quaid.StartDaemonAsync();
        Assert.Equal(pid, await quaid.Docker.InspectAsync(id, "{{.State.Pid}}"));
        Assert.Equal("0", await quaid.Docker.OkAsync($"exec {id} id -u"));
        await Eventually.HoldsAsync(async () => await EchoAsync(IPAddress.Loopback, port) is var got && got == "hello" ? null : $"the port answers \"{got}\"");
        await quaid.Docker.OkAsync($"rm -f {id}");
        await quaid.StopDaemonAsync();
        await Eventually.HoldsAsync(async () => await quaid.ProcessesAsync() is { Length: > 0 } left ? "left: " + string.Join("; ", left) : null);

        // Without a control group: what cannot be limited is said.
        await quaid.StartDaemonAsync(delegated: false);
        CommandResult unlimited = await quaid.Docker.RunAsync($"run --rm -m 32m {BusyboxImage.Name} echo ran");
        Assert.Equal("ran", unlimited.Succeeded());
        Assert.Contains("Limitation discarded", unlimited.Stderr, StringComparison.Ordinal);
        Assert.Equal("none", await quaid.Docker.OkAsync("info -f '{{.CgroupDriver}}'"));
        string other = await quaid.Docker.OkAsync($"run -d {BusyboxImage.Name} sleep 600");
        Assert.Contains("sleep 600", await quaid.Docker.OkAsync($"top {other}"), StringComparison.Ordinal);
        Assert.Contains("cannot be paused", (await quaid.Docker.RunAsync($"pause {other}")).Stderr, StringComparison.Ordinal);
        await quaid.Docker.OkAsync($"rm -f {other}");
        await quaid.StopDaemonAsync();
        await quaid.StartDaemonAsync();
    }

    [QuaidFact]
    public async Task WhatCannotBeHadIsRefusedInASentence()
    {
        CommandResult group = await quaid.AsUserAsync($"{TestEnvironment.BinDirectory}/quaid --group {quaid.User}");
        Assert.Contains("--group cannot be had without root", group.Stderr, StringComparison.Ordinal);
        CommandResult second = await quaid.AsUserAsync($"{TestEnvironment.BinDirectory}/quaid");
        Assert.Contains("is in use by another quaid", second.Stderr, StringComparison.Ordinal);
        CommandResult roots = await RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quaid"), ["--rootless"]);
        Assert.Contains("--rootless is for ordinary users", roots.Stderr, StringComparison.Ordinal);
        CommandResult sctp = await quaid.Docker.RunAsync($"run --rm -p 9999:80/sctp {BusyboxImage.Name} true");
        Assert.Contains("SCTP is not relayed", sctp.Stderr, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string?> EchoAsync(IPAddress address, int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, port).WaitAsync(TimeSpan.FromSeconds(5));
            await client.GetStream().WriteAsync("hello"u8.ToArray());
            byte[] answer = new byte[16];
            int count = await client.GetStream().ReadAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
            return count == 0 ? null : Encoding.ASCII.GetString(answer, 0, count);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return null;
        }
    }

    private static async Task<string?> EchoDatagramAsync(int port)
    {
        using var client = new UdpClient();
        client.Connect(IPAddress.Loopback, port);
        try
        {
            await client.SendAsync("hello"u8.ToArray());
            UdpReceiveResult answer = await client.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(2));
            return Encoding.ASCII.GetString(answer.Buffer);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return null;
        }
    }
}
