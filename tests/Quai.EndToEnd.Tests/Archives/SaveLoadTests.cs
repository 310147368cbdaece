namespace Quai.EndToEnd.Tests.Archives;

/// <summary>save and load: what others read, what others wrote, and large layers.</summary>
public sealed class SaveLoadTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    public static TheoryData<string> Clients => Archives.Clients.Both;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Several_images_go_through_one_archive_that_skopeo_reads(string client)
    {
        string a = engine.Name("a"), b = engine.Name("b"), folder = engine.Scratch(engine.Name("save"));
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("one", a))).DockerArchive(a + ":1"));
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("two", b)), gzip: false).DockerArchive(b + ":1"));
        string ids = await _docker.OkAsync($"image inspect -f '{{{{.Id}}}}' {a}:1 {b}:1");
        await Ok(client, $"""
            set -e; cd {folder}; $c save -o all.tar {a}:1 {b}; $c save {a}:1 {b}:1 > again.tar; cmp all.tar again.tar
            tar tf all.tar | grep -qx oci-layout; tar tf all.tar | grep -qx index.json; tar tf all.tar | grep -qx manifest.json
            skopeo copy -q --insecure-policy docker-archive:all.tar:docker.io/library/{a}:1 dir:first; skopeo copy -q --insecure-policy docker-archive:all.tar:@1 dir:second
            $c save {b} > one.tar; mkdir layout; tar xf one.tar -C layout; skopeo copy -q --insecure-policy oci:layout dir:oci; cmp oci/manifest.json layout/blobs/sha256/$(sha256sum oci/manifest.json | cut -c-64)
            $c rmi -f {a}:1 {b}:1
            """);
        Assert.Equal($"Loaded image: {a}:1\nLoaded image: {b}:1", string.Join('\n', (await engine.ShellAsync(client, $"$c load -i {folder}/all.tar")).Succeeded().Split('\n').Order()));
        Assert.Equal(ids, await _docker.OkAsync($"image inspect -f '{{{{.Id}}}}' {a}:1 {b}:1"));
        (await engine.ShellAsync(client, "$c save nothing:1 | cat >/dev/null; exit 0")).Expect();
        (await engine.ShellAsync(client, $"$c save -o {folder}/x nothing:1")).ExpectFailure(1, "No such image: nothing:1");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz -T1 -1")]
    [InlineData("zstd -q")]
    public async Task Packed_archives_are_loaded(string program)
    {
        string name = engine.Name("packed");
        string file = Path.Combine(engine.Scratch(name), "a.tar");
        await File.WriteAllBytesAsync(file, new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("f", program))).DockerArchive(name + ":1"));
        (await _docker.ShellAsync($"{program} -c < {file} > {file}.packed && docker load -qi {file}.packed")).Expect(0, $"Loaded image: {name}:1\n");
        Assert.Equal(program, await _docker.OkAsync($"run --rm {name}:1 cat /f"));
    }

    [QuaidFact]
    public async Task A_large_layer_takes_no_more_memory()
    {
        string name = engine.Name("large"), folder = engine.Scratch(name);
        await _docker.ShellAsync($"cd {folder} && mkdir r && head -c 300000000 /dev/urandom > r/big && tar c -C r . | docker import - {name}:1 && docker save -o a.tar {name}:1 && docker rmi {name}:1 && docker load -i a.tar", TimeSpan.FromMinutes(3)).ContinueWith(t => t.Result.Expect(), TaskScheduler.Default);
        string peak = (await File.ReadAllLinesAsync($"/proc/{engine.Pid}/status")).First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        Assert.True(long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) < 150_000, peak);
        await _docker.OkAsync($"rmi {name}:1");
    }

    private async Task Ok(string client, string script) => (await engine.ShellAsync(client, script)).Expect();
}
