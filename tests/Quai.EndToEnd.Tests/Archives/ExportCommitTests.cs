using System.Text.Json;

namespace Quai.EndToEnd.Tests.Archives;

/// <summary>export, import of it, commit and diff.</summary>
public sealed class ExportCommitTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    public static TheoryData<string> Clients => Archives.Clients.Both;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_is_exported_is_the_whole_root_without_what_is_mounted(string client)
    {
        string box = engine.Name(), again = engine.Name("again"), folder = engine.Scratch(engine.Name("export"));
        await _docker.OkAsync($"run -d --name {box} -v /vol --tmpfs /tf {Image} sh -c 'echo v > /vol/v; echo t > /tf/t; mkdir /made; echo a > /made/a; ln /made/a /made/b; chown 5:6 /made/a; chmod 2750 /made; mknod /made/null c 1 3; rm /etc/group; sync; echo ready; sleep 1000'");
        await Eventually.HoldsAsync(async () => await _docker.OkAsync("logs " + box) == "ready" ? null : "the container is not ready");
        await Ok(client, $"set -e; cd {folder}; $c export {box} > running.tar; $c export -o file.tar {box}; cmp running.tar file.tar");
        string list = (await _docker.ShellAsync($"tar tvf {folder}/running.tar --numeric-owner")).Succeeded();
        Assert.Contains("crw-r--r-- 0/0             1,3", list, StringComparison.Ordinal);
        Assert.Contains("made/b link to made/a", list, StringComparison.Ordinal);
        foreach (string absent in (string[])[" vol/v", " tf/t", " etc/group", " proc/1", " dev/zero"])
        {
            Assert.DoesNotContain(absent, list, StringComparison.Ordinal);
        }

        await _docker.OkAsync($"kill {box}");
        await Ok(client, $"set -e; cd {folder}; $c export {box} > stopped.tar; cmp running.tar stopped.tar; $c import - {again} < stopped.tar");
        Assert.Equal("5 6 2 a", await _docker.OkAsync($"run --rm {again} sh -c 'echo $(stat -c \"%u %g %h\" /made/b) $(cat /made/a)'"));
        await Ok(client, $"set -e; cd {folder}; id=$($c create {again} x); $c export $id > again.tar; for f in running again; do tar tvf $f.tar --numeric-owner | grep -v ' dev/\\| etc/$\\| proc/\\| sys/\\| ./$' > $f.list; done; cmp running.list again.list; $c rm $id");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_commit_is_the_image_with_the_changes(string client)
    {
        string box = engine.Name(), name = engine.Name("image");
        await _docker.OkAsync($"run -d --name {box} -e A=b -l l=1 {Image} sh -c 'echo new > /new; rm /etc/group; rm -r /home; mkdir /home; echo h > /home/h; chmod 4755 /bin/alien; while :; do sleep 0.1; done'");
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync("diff " + box)).Contains("/bin/alien", StringComparison.Ordinal) ? null : "the changes are not made");
        string id = (await engine.ShellAsync(client, $"$c commit -a 'A <a@b>' -m 'a note' -c 'CMD [\"cat\", \"/new\"]' -c 'ENV C=d' -c 'EXPOSE 80' {box} {name}:v1")).Succeeded();
        Assert.StartsWith("sha256:", id, StringComparison.Ordinal);
        Assert.Equal("running", await _docker.InspectAsync(box, "{{.State.Status}}"));
        Assert.Equal("new", await _docker.OkAsync($"run --rm {name}:v1"));
        Assert.Equal("no h 4755 d b", await _docker.OkAsync($"run --rm {name}:v1 sh -c 'test -e /etc/group && echo yes || echo no; ls /home; stat -c %a /bin/alien; echo $C $A' ").ContinueWith(t => t.Result.Replace('\n', ' '), TaskScheduler.Default));
        using JsonDocument inspect = JsonDocument.Parse(await _docker.OkAsync($"inspect {name}:v1"));
        JsonElement image = inspect.RootElement[0];
        Assert.Equal((id, "A <a@b>", "a note"), (image.GetProperty("Id").GetString(), image.GetProperty("Author").GetString(), image.GetProperty("Comment").GetString()));
        Assert.Equal(2, image.GetProperty("RootFS").GetProperty("Layers").GetArrayLength());
        Assert.True(image.GetProperty("Config").GetProperty("ExposedPorts").TryGetProperty("80/tcp", out _));
        Assert.Equal("1", image.GetProperty("Config").GetProperty("Labels").GetProperty("l").GetString());
        Assert.Equal("a note", (await _docker.OkAsync($"history --format '{{{{.Comment}}}}' {name}:v1")).Split('\n')[0]);
        (await engine.ShellAsync(client, $"$c commit -c 'FROM x' {box}")).ExpectFailure(1, "FROM is not a valid change command");
        (await engine.ShellAsync(client, "$c commit nothing")).ExpectFailure(1, "No such container: nothing");
        string unnamed = (await engine.ShellAsync(client, $"$c commit {(client == "docker" ? "-p=false" : "--pause=false")} {box}")).Succeeded();
        Assert.Equal("[]", await _docker.OkAsync($"image inspect -f '{{{{.RepoTags}}}}' {unnamed}"));

        // A commit of a commit, and of a container that does not run.
        string second = engine.Name();
        await _docker.OkAsync($"run --name {second} {name}:v1 sh -c 'rm /new; echo back > /etc/group'");
        await Ok(client, $"$c commit {second} {name}:v2");
        Assert.Equal("back", await _docker.OkAsync($"run --rm {name}:v2 sh -c 'test ! -e /new && cat /etc/group'"));
    }

    [Fact]
    public async Task A_commit_stops_the_container_while_it_is_read()
    {
        string box = engine.Name();
        await _docker.OkAsync($"run -d --name {box} {Image} sleep 1000");
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();
        await _docker.OkAsync($"commit {box}");
        await _docker.OkAsync($"commit -p=false {box}");
        string events = await _docker.OkAsync($"events --since {since} --until {DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1} --filter container={box} --format '{{{{.Action}}}}'");
        Assert.EndsWith("pause unpause commit commit", events.Replace('\n', ' '), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_diff_is_what_Docker_tells(string client)
    {
        string box = engine.Name();
        await _docker.OkAsync($"run --name {box} -v /vol {Image} sh -c 'mkdir /data; echo y > /data/y; mkdir /etc/d; rm /bin/alien; touch /usr/bin/zz; chmod 600 /etc/passwd; chmod 644 /etc/passwd; rm -r /home; mkdir /home; rm -r /var; echo f > /var; chmod 700 /root; touch -d @1700000000 /bin/not-executable'");
        string diff = (await engine.ShellAsync(client, $"$c diff {box} | sort -k2")).Succeeded();
        Assert.Equal("C /bin\nD /bin/alien\nC /bin/not-executable\nA /data\nA /data/y\nC /etc\nA /etc/d\nC /usr\nC /usr/bin\nA /usr/bin/zz\nC /var\nA /vol", diff);
    }

    private async Task Ok(string client, string script) => (await engine.ShellAsync(client, script)).Expect();
}
