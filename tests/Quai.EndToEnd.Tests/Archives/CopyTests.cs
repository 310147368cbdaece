namespace Quai.EndToEnd.Tests.Archives;

/// <summary><c>cp</c> both ways, with both clients, for containers that run and that do not.</summary>
public sealed class CopyTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    public static TheoryData<string> Clients => Archives.Clients.Both;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Files_and_folders_go_in_and_come_out_the_same(string client)
    {
        string folder = engine.Scratch(engine.Name("cp"));
        foreach (bool running in (bool[])[true, false])
        {
            string box = await BoxAsync(running);
            await Ok(client, $"""
                set -e; cd {folder}; rm -rf in out; mkdir -p in/sub; echo one > in/a; ln in/a in/sub/b; ln -s a in/l; mkfifo in/p; chmod 751 in/sub; chown 123:456 in/a; touch -d @1700000000 in/a
                $c cp in {box}:/tmp/; $c cp {box}:/tmp/in out
                test "$(cat out/a)" = one; test "$(stat -c %h out/a)" = 2; test "$(readlink out/l)" = a; test -p out/p; test "$(stat -c %a out/sub)" = 751
                test "$(stat -c %Y out/a)" = 1700000000; test "$(stat -c '%u:%g' out/a)" = 0:0
                """);
            Assert.Equal("123:456", await Output(client, $"$c cp {box}:/tmp/in - | tar tv --numeric-owner | awk '$6 == \"in/a\" {{ sub(\"/\", \":\", $2); print $2 }}'"));
            if (running)
            {
                Assert.Equal("one 2 123", await _docker.OkAsync($"exec {box} sh -c 'echo $(cat /tmp/in/a) $(stat -c \"%h %u\" /tmp/in/a)'"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_becomes_what_is_decided_as_Docker_decides_it(string client)
    {
        string box = await BoxAsync(running: true), folder = engine.Scratch(engine.Name("rules"));
        await Ok(client, $"cd {folder}; mkdir -p d/e; echo f > f; echo x > d/e/x; ln -s f l");
        await Ok(client, $"""
            set -e; cd {folder}
            $c cp f {box}:/tmp/file; $c cp f {box}:/tmp; $c cp f {box}:/tmp/file
            $c cp d {box}:/tmp/new; $c cp d {box}:/tmp/new; $c cp d/. {box}:/tmp/dot; $c cp d/. {box}:/tmp/dot; cd d; $c cp . {box}:/tmp/here; cd ..
            $c cp l {box}:/tmp/link; $c cp -L l {box}:/tmp/followed
            tar c f d | $c cp - {box}:/tmp/here
            """);
        Assert.Equal(
            "/tmp /tmp/dot /tmp/dot/e /tmp/dot/e/x /tmp/f /tmp/file /tmp/followed /tmp/here /tmp/here/d /tmp/here/d/e /tmp/here/d/e/x /tmp/here/e /tmp/here/e/x /tmp/here/f /tmp/link /tmp/new /tmp/new/d /tmp/new/d/e /tmp/new/d/e/x /tmp/new/e /tmp/new/e/x",
            await _docker.OkAsync($"exec {box} sh -c 'find /tmp | sort | xargs echo'"));
        Assert.Equal("f", await _docker.OkAsync($"exec {box} readlink /tmp/link"));
        Assert.Equal("f", await _docker.OkAsync($"exec {box} cat /tmp/followed"));
        await _docker.OkAsync($"exec {box} ln -s /tmp/new/e /tmp/inner");
        await Ok(client, $"""
            set -e; cd {folder}
            $c cp {box}:/tmp/new o1; $c cp {box}:/tmp/new o1; $c cp {box}:/tmp/new/. o2; $c cp {box}:/tmp/new/e/x o3; $c cp {box}:/tmp/inner o4; $c cp -L {box}:/tmp/inner o5; $c cp {box}:/tmp/inner/ o6; $c cp f {box}:/tmp/inner
            test -f o1/e/x -a -f o1/new/e/x -a -f o2/d/e/x -a "$(cat o3)" = x -a -L o4 -a -f o5/x -a -f o6/x
            """);
        Assert.Equal("f x", await _docker.OkAsync($"exec {box} sh -c 'echo $(ls /tmp/new/e)'"));
        foreach ((string command, string error) in (IEnumerable<(string, string)>)
        [
            ($"f {box}:/tmp/nothing/", "no such directory"),
            ($"d {box}:/tmp/file", "cannot copy directory"),
            ($"f {box}:/nothing/x", $"Could not find the file /nothing in container {box}"),
            ($"{box}:/nothing .", $"Could not find the file /nothing in container {box}"),
            ("nothing:/x .", "No such container: nothing"),
            ($"nothing {box}:/", "no such file or directory"),
            ($"{box}:/tmp/new f", "cannot copy directory"),
            ($"{box}:/tmp/file /nothing/x", "invalid output path: directory \"/nothing\" does not exist"),
            ($"{box}:/tmp {box}:/x", "copying between containers is not supported"),
            ("a b", "must specify at least one container source"),
        ])
        {
            (await engine.ShellAsync(client, $"cd {folder}; $c cp {command}")).ExpectFailure(1, error);
        }

        (await engine.ShellAsync(client, $"cd {folder}; tar c f | $c cp - {box}:/tmp/file")).ExpectFailure(1, $"destination \"{box}:/tmp/file\" must be a directory");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Volumes_and_binds_are_part_of_it_and_what_is_read_only_stays(bool running)
    {
        string bind = engine.Scratch(engine.Name("bind")), box = engine.Name(), volume = engine.Name("volume");
        await File.WriteAllTextAsync(bind + "/seen", "seen");
        await _docker.OkAsync($"create --name {box} --read-only -v {volume}:/vol -v {bind}:/bind:ro --tmpfs /tf {Image} sleep 1000");
        if (running)
        {
            await _docker.OkAsync("start " + box);
        }

        await Ok("docker", $"set -e; cd {bind}; echo v > ../v; $c cp ../v {box}:/vol/v; $c cp ../v {box}:/vol; $c cp {box}:/bind/seen ../again; cmp seen ../again; $c cp {box}:/vol ../vol; test -f ../vol/v");
        Assert.Equal("v", await _docker.OkAsync($"run --rm -v {volume}:/x {Image} cat /x/v"));
        (await _docker.RunAsync($"cp {bind}/seen {box}:/bind/x")).ExpectFailure(1, "mounted volume is marked read-only");
        (await _docker.RunAsync($"cp {bind}/seen {box}:/etc/x")).ExpectFailure(1, "container rootfs is marked read-only");
        Assert.Equal(["seen"], Directory.EnumerateFiles(bind).Select(Path.GetFileName));
        await _docker.OkAsync($"rm -f {box}");
        await _docker.OkAsync($"volume rm {volume}");
    }

    [Fact]
    public async Task The_owner_is_the_archive_s_or_the_container_s_user()
    {
        string box = engine.Name(), folder = engine.Scratch(engine.Name("owner"));
        await _docker.OkAsync($"run -d --name {box} -u alice {Image} sleep 1000");
        await Ok("docker", $"set -e; cd {folder}; echo x > f; chown 7:8 f; $c cp f {box}:/tmp/plain; $c cp -a f {box}:/tmp/archive");
        Assert.Equal("7:8 1000:1000", await _docker.OkAsync($"exec {box} sh -c 'echo $(stat -c %u:%g /tmp/plain /tmp/archive)'"));
    }

    [Fact]
    public async Task A_stopped_container_can_be_started_after_it_and_nothing_is_left()
    {
        string box = await BoxAsync(running: false), folder = engine.Scratch(engine.Name("left"));
        for (int i = 0; i < 5; i++)
        {
            await Ok("docker", $"cd {folder}; echo {i} > f; $c cp f {box}:/tmp/f; $c cp {box}:/etc out{i}");
        }

        Assert.Empty(Traces.MountsOf(engine));
        await _docker.OkAsync("start " + box);
        Assert.Equal("4", await _docker.OkAsync($"exec {box} cat /tmp/f"));
        await _docker.OkAsync("rm -f " + box);
    }

    [QuaidFact]
    public async Task A_hostile_container_reaches_nothing_of_the_host()
    {
        string secret = engine.Scratch(engine.Name("host")), box = engine.Name(), folder = engine.Scratch(engine.Name("hostile"));
        await File.WriteAllTextAsync(secret + "/secret", "SECRET-OF-THE-HOST");
        string climb = string.Concat(Enumerable.Repeat("../", 20));
        await _docker.OkAsync($"run -d --name {box} {Image} sh -c 'mkdir -p /w /proc2; ln -s {secret} /abs; ln -s {climb}{secret[1..]} /rel; ln -s /proc/self/root/{secret} /magic; ln -s /proc/1/root /root1; while :; do mkdir /w/d 2>/dev/null; echo in > /w/d/secret; mv /w/d /w/o; ln -s {secret} /w/d; rm /w/d; rm -rf /w/o; done'");
        foreach (string path in (string[])["/abs/secret", "/rel/secret", "/magic/secret", $"/root1{secret}/secret", $"/proc/1/root{secret}/secret", $"/proc/self/cwd/secret"])
        {
            (await _docker.RunAsync($"cp {box}:{path} {folder}/got")).ExpectFailure(1, "Could not find the file");
        }

        await File.WriteAllTextAsync(folder + "/secret", "overwritten");
        for (int i = 0; i < 60; i++)
        {
            CommandResult got = await _docker.RunAsync($"cp {box}:/w -");
            Assert.DoesNotContain("SECRET-OF-THE-HOST", got.Stdout, StringComparison.Ordinal);
            await _docker.RunAsync($"cp {folder}/secret {box}:/w/d/secret");
        }

        Assert.Equal("SECRET-OF-THE-HOST", await File.ReadAllTextAsync(secret + "/secret"));
        Assert.Single(Directory.EnumerateFileSystemEntries(secret));
        await _docker.OkAsync($"rm -f {box}");
    }

    private async Task<string> BoxAsync(bool running)
    {
        string box = engine.Name();
        await _docker.OkAsync(running ? $"run -d --name {box} {Image} sleep 1000" : $"create --name {box} {Image} sleep 1000");
        return box;
    }

    private async Task Ok(string client, string script) => (await engine.ShellAsync(client, script)).Expect();

    private async Task<string> Output(string client, string script) => (await engine.ShellAsync(client, script)).Succeeded();
}
