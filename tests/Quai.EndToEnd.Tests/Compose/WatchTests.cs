namespace Quai.EndToEnd.Tests.Compose;

/// <summary>Files that change are copied into containers, and services are built, restarted and told as <c>develop.watch</c> says.</summary>
public sealed class WatchTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Everything = """
        services:
          web:
            build: {context: ., dockerfile_inline: "FROM BASE\nCOPY built.txt /built.txt\n"}
            command: SLEEPS
            scale: 2
            develop:
              watch:
                - {path: ./src, target: /app, action: sync, ignore: ["*.log"], initial_sync: true}
                - {path: ./conf, target: /conf, action: sync+exec, exec: {command: "sh -c 'cat /conf/a >> /told && echo said it'"}}
                - {path: ./again, target: /again, action: sync+restart}
                - {path: built.txt, action: rebuild}
        """;

    [QuaidFact]
    public async Task What_changes_is_done()
    {
        await using ComposeFolder folder = Folder();
        await using Following watch = new(folder, "watch");
        await watch.SaysAsync("Watch enabled");
        Assert.Equal("first", await InAsync(folder, 1, "cat /app/a.txt"));
        Dictionary<string, string> before = await folder.ContainersAsync();

        folder.Write("src/a.txt", "second").Write("src/x.log", "not this");
        Directory.CreateDirectory(Path.Combine(folder.Folder, "src/deep"));
        folder.Write("src/deep/b.txt", "deep");
        await UntilAsync(async () => await InAsync(folder, 2, "cat /app/a.txt /app/deep/b.txt") == "seconddeep");
        Assert.Equal("seconddeep", await InAsync(folder, 1, "cat /app/a.txt /app/deep/b.txt; ls /app/x.log 2>/dev/null"));
        Directory.Delete(Path.Combine(folder.Folder, "src/deep"), recursive: true);
        await UntilAsync(async () => await InAsync(folder, 2, "ls /app") == "a.txt");

        folder.Write("conf/a", "told");
        await UntilAsync(async () => await InAsync(folder, 1, "cat /told") == "told" && await InAsync(folder, 2, "cat /told") == "told");

        await watch.SaysAsync($"{folder.Project}-web-2  | said it");
        CommandResult second = await folder.RunAsync("watch");
        second.ExpectFailure(1, $"cannot take exclusive lock for project \"{folder.Project}\": process with PID ");

        string started = await folder.Client.InspectAsync($"{folder.Project}-web-1", "{{.State.StartedAt}}");
        folder.Write("again/a", "again");
        await watch.SaysAsync("service(s) [\"web\"] restarted");
        Assert.NotEqual(started, await folder.Client.InspectAsync($"{folder.Project}-web-1", "{{.State.StartedAt}}"));
        Assert.Equal("again", await InAsync(folder, 1, "cat /again/a"));
        Assert.Equal(before, await folder.ContainersAsync());

        folder.Write("built.txt", "anew");
        await UntilAsync(async () => await InAsync(folder, 1, "cat /built.txt") == "anew" && await InAsync(folder, 2, "cat /built.txt") == "anew");
        Assert.Empty(before.Values.Intersect((await folder.ContainersAsync()).Values));
        await UntilAsync(async () => await folder.Client.OkAsync($"images -q --filter dangling=true --filter label=com.docker.compose.project={folder.Project}") == "");
        Assert.Equal(130, await watch.EndAsync());
        Assert.Equal(2, (await folder.OkAsync("ps -q")).Text.Split('\n').Length);
    }

    [QuaidFact]
    public async Task A_change_that_cannot_be_followed_is_told_and_the_next_one_is_followed()
    {
        await using ComposeFolder folder = Folder();
        await using Following watch = new(folder, "up --watch --scale web=1");
        await watch.SaysAsync("Watch enabled");
        folder.Write("conf/b", "no a is there");
        await watch.SaysAsync("service \"web\": service web: the command of sync+exec [sh -c cat /conf/a >> /told && echo said it] exited with status 1");
        folder.Write("built.txt", "anew");
        await UntilAsync(async () => await InAsync(folder, 1, "cat /built.txt") == "anew");
        Assert.Equal(130, await watch.EndAsync());
        Assert.Equal("", (await folder.OkAsync("ps -q")).Text);
    }

    [QuaidFact]
    public async Task What_cannot_be_copied_keeps_nothing_else_from_it_and_a_file_becomes_a_folder_and_back()
    {
        await using ComposeFolder folder = new(engine, "services: {web: {image: BASE, command: SLEEPS, develop: {watch: [{path: ./src, target: /app, action: sync}, {path: ./one, target: /app, action: sync}]}}}");
        string source = Path.Combine(folder.Folder, "src");
        Directory.CreateDirectory(source);
        folder.Write("one", "");
        await using Following watch = new(folder, "watch");
        await watch.SaysAsync("Watch enabled");
        folder.Write("src/a", "0");
        await UntilAsync(async () => await InAsync(folder, 1, "cat /app/a") == "0");

        // What a rule names itself replaces no folder: the target may have been meant to be in it.
        folder.Write("src/a", "1").Write("one", "1").Write("src/z", "1");
        await watch.SaysAsync($"service \"web\": container {folder.Project}-web-1: /app: ");
        Assert.Equal("11", await InAsync(folder, 1, "cat /app/a /app/z"));
        File.Delete(source + "/a");
        Directory.CreateDirectory(source + "/a");
        folder.Write("src/a/b", "2");
        await UntilAsync(async () => await InAsync(folder, 1, "cat /app/a/b") == "2");
        Directory.Delete(source + "/a", recursive: true);
        folder.Write("src/a", "3");
        await UntilAsync(async () => await InAsync(folder, 1, "cat /app/a") == "3");
        CommandResult theirs = await folder.Client.ShellAsync($"cd {folder.Folder} && COMPOSE_PROJECT_NAME={folder.Project} {ComposeFolder.Plugin} watch --no-up");
        theirs.ExpectFailure(1, $"cannot take exclusive lock for project \"{folder.Project}\": process with PID ");
        Assert.Equal(130, await watch.EndAsync());
    }

    [QuaidFact]
    public async Task A_key_begins_and_ends_to_watch()
    {
        await using ComposeFolder folder = new(engine, "services: {web: {image: BASE, command: SLEEPS, develop: {watch: [{path: ./src, target: /app, action: sync}]}}}");
        Directory.CreateDirectory(Path.Combine(folder.Folder, "src"));
        await using Terminal terminal = folder.Client.StartAtTerminal($"compose -f {folder.Folder}/compose.yaml -p {folder.Project} up --menu");
        await terminal.WaitForAsync("w Enable Watch");
        await terminal.TypeAsync("w");
        await terminal.WaitForAsync("Watch enabled");
        folder.Write("src/a", "1");
        await terminal.WaitForAsync("Syncing service \"web\"");
        await terminal.TypeAsync("w");
        await terminal.WaitForAsync("Watch disabled");
        await terminal.TypeAsync("\u0003");
        Assert.Equal(130, await terminal.WaitForExitAsync());
        Assert.Equal("", (await folder.OkAsync("ps -q")).Text);
    }

    [QuaidTheory]
    [InlineData("services: {a: {image: BASE}}", "watch", "none of the selected services is configured for watch")]
    [InlineData("services: {a: {image: BASE, develop: {watch: [{path: ., action: rebuild}]}}}", "watch", "can't watch service \"a\" with action rebuild without a build context")]
    [InlineData("services: {a: {build: ., develop: {watch: [{path: ., action: rebuild}]}}}", "up --watch --no-build", "--no-build is incompatible with watch action rebuild in service a")]
    [InlineData("services: {a: {image: BASE, develop: {watch: [{path: ., target: /x, action: sync+exec}]}}}", "watch", "needs exec.command")]
    [InlineData("services: {a: {image: BASE, develop: {watch: [{path: not-there, target: /x, action: sync}]}}}", "watch", "there is no file or folder")]
    [InlineData("services: {a: {image: BASE, develop: {watch: [{path: ., target: /x, action: sync}]}}}", "up -d --watch", "--watch cannot be combined with --detach")]
    public async Task What_cannot_be_watched_is_told(string file, string command, string message)
    {
        await using ComposeFolder folder = new(engine, file);
        CommandResult failed = await folder.RunAsync(command);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains(message, failed.Stderr, StringComparison.Ordinal);
    }

    private ComposeFolder Folder()
    {
        ComposeFolder folder = new(engine, Everything);
        foreach (string name in (string[])["src", "conf", "again"])
        {
            Directory.CreateDirectory(Path.Combine(folder.Folder, name));
        }

        return folder.Write("src/a.txt", "first").Write("built.txt", "old");
    }

    private static async Task<string> InAsync(ComposeFolder folder, int number, string command) =>
        (await folder.RunAsync($"exec -T --index {number} web sh -c '{command}'")).Stdout.Trim();

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (int i = 0; !await holds(); i++)
        {
            Assert.True(i < 150, "it has not happened within half a minute");
            await Task.Delay(200);
        }
    }

    /// <summary>A command that goes on until it is ended.</summary>
    private sealed class Following : IAsyncDisposable
    {
        private readonly ComposeFolder _folder;
        private readonly string _output;
        private readonly Task<CommandResult> _run;

        public Following(ComposeFolder folder, string line)
        {
            _folder = folder;
            _output = Path.Combine(folder.Folder, "output.txt");
            _run = folder.RunAsync($"{line} >{_output} 2>{folder.Folder}/errors.txt & echo $! >{folder.Folder}/pid; wait $!");
        }

        public Task SaysAsync(string text) => UntilAsync(async () =>
        {
            string said = File.Exists(_output) ? await File.ReadAllTextAsync(_output) : "";
            Assert.False(_run.IsCompleted && !said.Contains(text, StringComparison.Ordinal), $"it has ended: {said}{(File.Exists($"{_folder.Folder}/errors.txt") ? await File.ReadAllTextAsync($"{_folder.Folder}/errors.txt") : "")}");
            return said.Contains(text, StringComparison.Ordinal);
        });

        public async Task<int> EndAsync()
        {
            await _folder.Client.ShellAsync($"kill -TERM $(cat {_folder.Folder}/pid)");
            return (await _run).ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_run.IsCompleted)
            {
                await EndAsync();
            }
        }
    }
}
