namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Files that are copied: each is one of its own, whatever is shared beneath.</summary>
public sealed class CopiedFileTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Theory]
    [InlineData("COPY f /etc/a.conf\nCOPY f /etc/b.conf")]
    [InlineData("COPY --link f /etc/a.conf\nCOPY --link f /etc/b.conf")]
    [InlineData("COPY f /etc/a.conf\nRUN true\nCOPY --link f /etc/b.conf")]
    [InlineData("COPY --from=other /f /etc/a.conf\nCOPY --from=other /f /etc/b.conf")]
    public async Task A_file_that_is_copied_twice_is_two_files(string copies)
    {
        (string id, _) = await new BuildFolder(engine).Write("f", "v1\n").Dockerfile($"""
            FROM BASE AS other
            RUN echo v1 > /f
            FROM BASE
            {copies}
            RUN cp -a /etc /backup && echo changed >> /backup/a.conf
            """).BuildAsync();
        Assert.Equal("v1\nv1\nv1", await new BuildFolder(engine).InAsync(id, "cat /backup/b.conf /etc/a.conf /etc/b.conf"));
    }

    [Fact]
    public async Task A_copy_of_what_is_below_is_a_file_of_its_own()
    {
        (string id, _) = await new BuildFolder(engine).Dockerfile("""
            FROM BASE
            RUN mkdir /d && echo v1 > /d/first
            FROM BASE AS second
            COPY --from=0 /d /d
            COPY --from=0 /d/first /d/second
            RUN cp -a /d /backup && echo changed >> /backup/first
            """).BuildAsync();
        Assert.Equal("v1", await new BuildFolder(engine).InAsync(id, "cat /backup/second"));
    }

    [Fact]
    public async Task Names_of_one_file_in_the_context_stay_so()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a/1.txt", "one\n").Dockerfile("FROM BASE\nCOPY a /a\n");
        (await RunningCommand.RunAsync("ln", [$"{folder.Folder}/a/1.txt", $"{folder.Folder}/a/2.txt"])).Succeeded();
        (string id, _) = await folder.BuildAsync();
        Assert.Equal("one\none\n2", await folder.InAsync(id, "sh -c \"cat /a/1.txt /a/2.txt; find /a -samefile /a/1.txt | wc -l\""));
        folder.Write("a/3.txt", "three\n");
        (id, _) = await folder.BuildAsync();
        Assert.Equal("one\none\nthree", await folder.InAsync(id, "cat /a/1.txt /a/2.txt /a/3.txt"));
    }

    [Fact]
    public async Task A_pipe_keeps_its_mode()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nCOPY . /a\n");
        (await RunningCommand.RunAsync("mkfifo", ["-m", "664", $"{folder.Folder}/pipe"])).Succeeded();
        (string id, _) = await folder.BuildAsync();
        Assert.Equal("664", await folder.InAsync(id, "stat -c %a /a/pipe"));
    }

    [Fact]
    public async Task A_file_that_is_missing_is_told_at_the_instruction_that_needs_it()
    {
        CommandResult result = await new BuildFolder(engine).Dockerfile("FROM BASE\nRUN true\nCOPY nofile /x\nRUN cat /x\n").RunAsync();
        result.ExpectFailure(1, "\"/nofile\": not found", ">>> COPY nofile /x");
        Assert.DoesNotContain(">>> RUN", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_image_can_be_made_run_and_written()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM scratch\nRUN true\n");
        (await folder.RunAsync()).ExpectFailure(1, ">>> RUN true", "process \"/bin/sh -c true\" did not complete successfully");
        (string id, _) = await folder.Dockerfile("FROM scratch\nENV A=b\n").BuildAsync();
        string container = await folder.Client.OkAsync($"create {id} /nothing");
        (await RunningCommand.RunAsync("sh", ["-c", $"DOCKER_HOST={engine.Host} docker export {container} | tar -t"])).Succeeded();
        await folder.Client.OkAsync($"rm {container}");
    }

    [Fact]
    public async Task A_number_is_no_name_of_a_target()
    {
        CommandResult result = await new BuildFolder(engine).Dockerfile("FROM BASE\nFROM BASE AS last\n").RunAsync("--target 0");
        result.ExpectFailure(1, "target stage \"0\" could not be found");
    }

    [QuaidTheory]
    [InlineData("COPY src/mian.c /", "\"/src/mian.c\": not found (did you mean /src/main.c?)")]
    [InlineData("COPY packge.json /", "\"/packge.json\": not found (did you mean /package.json?)")]
    [InlineData("RUN --mount=type=bind,source=packge.json,target=/p cat /p", "\"/packge.json\": not found (did you mean /package.json?)")]
    [InlineData("COPY hidden.tx /", "\"/hidden.tx\": not found")]
    public async Task A_file_that_is_missing_is_told_with_the_nearest_name(string step, string told)
    {
        BuildFolder folder = new BuildFolder(engine).Write("src/main.c", "x").Write("package.json", "{}").Write("hidden.txt", "").Write(".dockerignore", "hidden.txt\n").Dockerfile($"FROM BASE\n{step}\n");
        CommandResult result = await folder.RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith(told, result.Stderr.TrimEnd(), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_step_with_files_of_two_folders_fails_by_its_own_error()
    {
        BuildFolder folder = new BuildFolder(engine).Write("one/a", "").Write("two/b", "").Dockerfile("FROM BASE\nRUN --mount=from=one,target=/one --mount=from=two,target=/two exit 3\n");
        string contexts = $"--build-context one={folder.Folder}/one --build-context two={folder.Folder}/two";
        (await folder.RunAsync(contexts)).ExpectFailure(1, "exit code: 3");
        folder.Dockerfile("FROM BASE\nRUN --mount=from=one,source=aa,target=/one --mount=from=two,target=/two true\n");
        (await folder.RunAsync(contexts)).ExpectFailure(1, "\"/aa\": not found");
    }
}
