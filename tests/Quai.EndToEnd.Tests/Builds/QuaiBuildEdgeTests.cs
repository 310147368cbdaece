using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary><c>quai build</c> where something is unusual.</summary>
public sealed class QuaiBuildEdgeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private static readonly string s_program = Path.Combine(TestEnvironment.BinDirectory, "quai");
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), s_program);

    [QuaidTheory]
    [InlineData("oci", "false")]
    [InlineData("docker", "0")]
    public async Task An_image_is_written_into_a_folder_and_named_there(string type, string tar)
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("FROM BASE\nCOPY a /a\n");
        string layout = engine.Scratch(engine.Name("layout")), name = engine.Name("folder");
        await _quai.OkAsync($"build -t {name}:one -t {name}:two -o type={type},tar={tar},dest={layout} {folder.Folder}");
        Assert.Equal(["blobs", "index.json", "ingest", "oci-layout"], Directory.GetFileSystemEntries(layout).Select(Path.GetFileName).Order());
        JsonNode index = JsonNode.Parse(await File.ReadAllBytesAsync($"{layout}/index.json"))!;
        Assert.Equal(["one", "two"], index["manifests"]!.AsArray().Select(m => (string?)m!["annotations"]!["org.opencontainers.image.ref.name"]));
        Assert.Equal($"docker.io/library/{name}:one", (string?)index["manifests"]![0]!["annotations"]!["io.containerd.image.name"]);
        string digest = ((string)index["manifests"]![0]!["digest"]!)["sha256:".Length..];
        JsonNode manifest = JsonNode.Parse(await File.ReadAllBytesAsync($"{layout}/blobs/sha256/{digest}"))!;
        foreach (JsonNode? blob in (JsonNode?[])[manifest["config"], .. manifest["layers"]!.AsArray()])
        {
            Assert.Equal((long)blob!["size"]!, new FileInfo($"{layout}/blobs/sha256/{((string)blob["digest"]!)["sha256:".Length..]}").Length);
        }

        // By another name it is there beside the others.
        await _quai.OkAsync($"build -t {name}:three -o type={type},tar={tar},dest={layout} {folder.Folder}");
        Assert.Equal(3, JsonNode.Parse(await File.ReadAllBytesAsync($"{layout}/index.json"))!["manifests"]!.AsArray().Count);
    }

    [QuaidTheory]
    [InlineData("--call zzz", "ERROR: failed to build: failed to solve: Unimplemented: unsupported request frontend.zzz: --call is build, check, outline or targets, or what subrequests.describe tells of the frontend")]
    [InlineData("--provenance mode=foo", "ERROR: invalid mode \"foo\" of provenance: min and max are all that there are")]
    [InlineData("--progress x", "ERROR: invalid progress mode x: auto, none, plain, quiet, rawjson and tty are all that there are")]
    [InlineData("-o type=local,dest=/proc/x", "ERROR: failed to build: failed to solve: mkdir /proc/x: no such file or directory")]
    [InlineData("-o type=tar,dest=/proc/x", "ERROR: failed to build: failed to solve: open /proc/x: no such file or directory")]
    [InlineData("-o type=local,dest=/dev/null/x", "ERROR: failed to build: invalid destination directory: /dev/null/x: /dev/null is a file")]
    [InlineData("--iidfile /proc/x", "ERROR: failed to build: open /proc/x: no such file or directory")]
    [InlineData("-o type=oci,tar=false", "ERROR: failed to build: dest is required for oci exporter")]
    [InlineData("-o type=oci,tar=false,dest=a -o type=oci,tar=false,dest=b", "ERROR: failed to build: images go into one folder at a time: give --output with tar=false once")]
    [InlineData("--build-arg X=${V:}", "ERROR: failed to build: failed to solve: failed to process \"${V:}\": syntax error: missing '}'", "FROM BASE\nENV A=${V:}\n")]
    public async Task What_cannot_be_is_told(string options, string text, string dockerfile = "FROM BASE\n")
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(dockerfile);
        CommandResult result = await _quai.RunAsync($"build {options} {folder.Folder}");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(text, result.Stderr.TrimEnd('\n').Split('\n')[^1]);
    }

    [QuaidFact]
    public async Task A_shell_whose_input_is_closed_ends_at_once()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN exit 3\n");
        CommandResult result = await _quai.ShellAsync($"{s_program} build --on-error shell {folder.Folder} <&-");
        result.ExpectFailure(1, "exit code: 3");
        Assert.Contains("/bin/sh in the files that the step has left", result.Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_socket_in_the_context_is_an_empty_file()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nCOPY . /c\n");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint($"{folder.Folder}/a.sock"));
        foreach (DockerClient client in (DockerClient[])[_quai, folder.Client])
        {
            string name = engine.Name("socket");
            await client.OkAsync($"buildx build --no-cache -t {name} {folder.Folder}");
            Assert.Equal("regular empty file", await folder.InAsync(name, "stat -c %F /c/a.sock"));
        }
    }

    [QuaidFact]
    public async Task A_name_that_is_not_UTF8_is_told_to_other_clients_too()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nCOPY . /c\n");
        (await RunningCommand.ShellAsync($"cd {folder.Folder} && printf x > \"$(printf 'a\\377')\" && ls")).ToString();
        CommandResult theirs = await folder.RunAsync(), ours = await _quai.RunAsync($"build {folder.Folder}");
        theirs.ExpectFailure(1, "the name of a file in the folder \"context\" is not UTF-8: rename it, or leave it out by the ignore file");
        ours.ExpectFailure(1, "is not UTF-8");
    }
}
