using System.Text;

namespace Quai.EndToEnd.Tests.Logging;

/// <summary>Logs to the journal: on machines that have none, so that a socket can stand in for it.</summary>
public sealed class JournalTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name, Folder = "/run/systemd/journal";
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Entries_have_the_fields_that_docker_sends()
    {
        if (Directory.Exists(Folder))
        {
            return;
        }

        string name = engine.Name();
        Assert.Contains("journald is not enabled on this host", (await _docker.RunAsync($"run --name {engine.Name()} --log-driver journald {Image} true")).Stderr, StringComparison.Ordinal);
        Directory.CreateDirectory(Folder);
        try
        {
            await using RecordingServer server = RecordingServer.Unix(Folder + "/socket", datagrams: true);
            await _docker.OkAsync($"run --name {name} --log-driver journald --log-opt labels=com.example/a --label com.example/a=lv {Image} sh -c 'echo one; sleep 0.2; echo two >&2'");
            await Eventually.HoldsAsync(() => server.Datagrams.Count == 2 ? null : $"{server.Datagrams.Count} entries");
            string id = await _docker.OkAsync($"inspect -f {{{{.Id}}}} {name}");
            string[] fields = Encoding.UTF8.GetString(server.Datagrams[1]).TrimEnd('\n').Split('\n');
            Assert.Equal(["PRIORITY=3", "MESSAGE=two"], fields.Take(2));
            Assert.Equal(
                [
                    "COM_EXAMPLE_A=lv", $"CONTAINER_ID={id[..12]}", $"CONTAINER_ID_FULL={id}", "CONTAINER_LOG_EPOCH", "CONTAINER_LOG_ORDINAL=2", $"CONTAINER_NAME={name}", $"CONTAINER_TAG={id[..12]}",
                    $"IMAGE_NAME={Image}", $"SYSLOG_IDENTIFIER={id[..12]}", "SYSLOG_TIMESTAMP",
                ],
                fields.Skip(2).Select(f => f.StartsWith("CONTAINER_LOG_EPOCH=", StringComparison.Ordinal) || f.StartsWith("SYSLOG_TIMESTAMP=", StringComparison.Ordinal) ? f[..f.IndexOf('=', StringComparison.Ordinal)] : f).Order(StringComparer.Ordinal));
            (await _docker.RunAsync($"logs --details {name}")).Expect(0, "com.example%2Fa=lv one\n", "com.example%2Fa=lv two\n");
        }
        finally
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
