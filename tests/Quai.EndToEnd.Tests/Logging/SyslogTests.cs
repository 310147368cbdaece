using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Quai.EndToEnd.Tests.Logging;

/// <summary>Logs to syslog: the same bytes as of Docker Engine, but for the time and the process's number.</summary>
public sealed class SyslogTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private static readonly string s_host = Environment.MachineName;
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("", "<P>Mmm dd hh:mm:ss {name}[N]: {line}\n")]
    [InlineData("rfc3164", "<P>Mmm dd hh:mm:ss {host} {name}[N]: {line}\n")]
    [InlineData("rfc5424", "<P>1 T {host} {name} N {name} - {line}\n")]
    [InlineData("rfc5424micro", "<P>1 T {host} {name} N {name} - {line}\n")]
    public async Task Datagrams(string format, string expected)
    {
        await using RecordingServer server = RecordingServer.Udp();
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} --log-driver syslog --log-opt syslog-address=udp://127.0.0.1:{server.Port} --log-opt syslog-facility=local3 --log-opt 'tag={{{{.Name}}}}' "
            + $"{(format.Length == 0 ? "" : $"--log-opt syslog-format={format}")} {Image} sh -c 'echo \"one <&>\"; echo; sleep 0.2; echo two >&2; sleep 0.2; printf end'");
        await Eventually.HoldsAsync(() => server.Datagrams.Count == 3 ? null : "three messages");
        string[] priorities = ["158", "155", "158"], lines = ["one <&>", "two", "end"];
        Assert.Equal(
            lines.Select((line, i) => Fill(expected, name, line).Replace("<P>", $"<{priorities[i]}>", StringComparison.Ordinal)),
            server.Datagrams.Select(d => Level(Encoding.UTF8.GetString(d))));

        // What was sent away is here, too.
        (await _docker.RunAsync($"logs {name}")).Expect(0, "one <&>\n\nend", "two\n");
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_made_again_and_nothing_is_lost_meanwhile()
    {
        string name = engine.Name();
        RecordingServer server = RecordingServer.Tcp();
        int port = server.Port;
        await _docker.OkAsync($"run -d --name {name} --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:{port} {Image} sh -c 'echo first; while ! test -e /tmp/a; do sleep 0.05; done; echo second; while ! test -e /tmp/b; do sleep 0.05; done; echo third'");
        await using (server)
        {
            await Eventually.HoldsAsync(() => server.Text.EndsWith(": first\n", StringComparison.Ordinal) ? null : "the first line");
        }

        await _docker.OkAsync($"exec {name} touch /tmp/a");
        await Task.Delay(300);
        await using RecordingServer next = RecordingServer.Tcp(port);
        await _docker.OkAsync($"exec {name} touch /tmp/b");
        await Eventually.HoldsAsync(() => Lines(next.Text).SequenceEqual(["second", "third"]) ? null : "the other lines");
        Assert.Equal("first\nsecond\nthird", await _docker.OkAsync($"logs {name}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sockets_of_the_file_system(bool datagrams)
    {
        string path = Path.Combine(engine.Scratch("syslog"), datagrams ? "d" : "s");
        await using RecordingServer server = RecordingServer.Unix(path, datagrams);
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} --log-driver syslog --log-opt syslog-address={(datagrams ? "unixgram" : "unix")}://{path} {Image} seq 1 3");
        await Eventually.HoldsAsync(() => Lines(datagrams ? string.Concat(server.Datagrams.Select(Encoding.UTF8.GetString)) : server.Text).SequenceEqual(["1", "2", "3"]) ? null : "three lines");
    }

    [QuaidFact]
    public async Task Encrypted_connections_are_verified()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string file = Path.Combine(engine.Scratch("tls"), "ca.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await using RecordingServer server = RecordingServer.Tcp(certificate: certificate);
        string options = $"--log-driver syslog --log-opt syslog-address=tcp+tls://127.0.0.1:{server.Port} --log-opt syslog-format=rfc5424 --log-opt tag=t";
        CommandResult refused = await _docker.RunAsync($"run --name {engine.Name()} {options} {Image} true");
        Assert.Contains("failed to initialize logging driver: tls: failed to verify certificate: x509: certificate signed by unknown authority", refused.Stderr, StringComparison.Ordinal);
        await _docker.OkAsync($"run --name {engine.Name()} {options} --log-opt syslog-tls-ca-cert={file} {Image} echo secret");
        await Eventually.HoldsAsync(() => server.Text.EndsWith(" t - secret\n", StringComparison.Ordinal) ? null : "the line");
        Assert.Matches("^[0-9]+ <30>1 ", server.Text);
        Assert.Equal(server.Text.Length - server.Text.IndexOf(' ', StringComparison.Ordinal) - 1, int.Parse(server.Text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_server_that_is_not_there_refuses_the_start()
    {
        string name = engine.Name();
        CommandResult result = await _docker.RunAsync($"run --name {name} --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:1 {Image} true");
        Assert.Contains("failed to create task for container: failed to initialize logging driver: dial tcp 127.0.0.1:1: connect: connection refused", result.Stderr, StringComparison.Ordinal);
        Assert.Equal("created", await _docker.OkAsync($"inspect -f {{{{.State.Status}}}} {name}"));
    }

    [Fact]
    public async Task A_program_that_may_not_wait_goes_on_without_a_server()
    {
        string name = engine.Name();
        RecordingServer server = RecordingServer.Tcp();
        await using (server)
        {
            await _docker.OkAsync($"run -d --name {name} --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:{server.Port} --log-opt mode=non-blocking --log-opt max-buffer-size=64k --log-opt cache-disabled=true "
                + $"{Image} sh -c 'while ! test -e /tmp/go; do sleep 0.05; done; yes | head -c 3000000; touch /tmp/done; sleep 60'");
        }

        await _docker.OkAsync($"exec {name} touch /tmp/go");
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"exec {name} test -e /tmp/done")).ExitCode == 0 ? null : "the end of the output");
        Assert.Contains("configured logging driver does not support reading", (await _docker.RunAsync($"logs {name}")).Stderr, StringComparison.Ordinal);
    }

    private static string[] Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[(l.IndexOf("]: ", StringComparison.Ordinal) + 3)..])];

    private static string Fill(string expected, string name, string line) =>
        expected.Replace("{host}", s_host, StringComparison.Ordinal).Replace("{name}", name, StringComparison.Ordinal).Replace("{line}", line, StringComparison.Ordinal);

    // What differs by nature.
    private static string Level(string message)
    {
        message = Regex.Replace(message, @"^(<\d+>)[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ", "$1Mmm dd hh:mm:ss ");
        message = Regex.Replace(message, @"^(<\d+>1) \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(Z|[+-]\d\d:\d\d) ", "$1 T ");
        message = Regex.Replace(message, @"\[\d+\]: ", "[N]: ");
        return Regex.Replace(message, @"^(<\d+>1 T \S+ \S+) \d+ ", "$1 N ");
    }
}
