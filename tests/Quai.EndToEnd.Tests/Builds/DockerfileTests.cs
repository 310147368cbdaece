using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>What Dockerfiles make, by buildx.</summary>
public sealed class DockerfileTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Fact]
    public async Task The_host_has_a_name()
    {
        (string id, _) = await new BuildFolder(engine).Dockerfile("FROM BASE\nRUN cp /etc/hosts /told\n").BuildAsync("--add-host there:host-gateway --add-host other:192.0.2.1");
        string hosts = await new BuildFolder(engine).InAsync(id, "cat /told");
        Assert.Matches(@"(?m)^[0-9.]+\s+there$", hosts);
        Assert.Matches(@"(?m)^192\.0\.2\.1\s+other$", hosts);
    }

    [Fact]
    public async Task Stages_are_built_and_only_their_files_are_taken()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a.txt", "from the context\n").Dockerfile("""
            FROM BASE AS build
            ARG V=1
            WORKDIR /app
            COPY a.txt .
            RUN echo "built $V" > out && cat a.txt >> out
            FROM BASE AS unused
            RUN exit 1
            FROM BASE
            COPY --from=build /app/out /result
            ENV X=y
            LABEL l=m
            EXPOSE 80
            USER 5:6
            CMD ["cat", "/result"]
            """);
        (string id, _) = await folder.BuildAsync("--build-arg V=2");
        Assert.Equal("built 2\nfrom the context", await folder.Client.OkAsync($"run --rm {id}"));
        JsonNode image = JsonNode.Parse(await folder.Client.OkAsync($"image inspect {id}"))![0]!;
        Assert.Equal("5:6", (string?)image["Config"]!["User"]);
        Assert.Equal("""{"80/tcp":{}}""", image["Config"]!["ExposedPorts"]!.ToJsonString());
        Assert.Equal("""{"l":"m"}""", image["Config"]!["Labels"]!.ToJsonString());
        Assert.Equal("""["cat","/result"]""", image["Config"]!["Cmd"]!.ToJsonString());
        Assert.Equal(2, image["RootFS"]!["Layers"]!.AsArray().Count);
        Assert.Equal(
            ["CMD [\"cat\" \"/result\"]", "USER 5:6", "EXPOSE [80/tcp]", "LABEL l=m", "ENV X=y", "COPY /app/out /result # buildkit"],
            (await folder.Client.OkAsync($"history --no-trunc --format {{{{.CreatedBy}}}} {id}")).Split('\n').Take(6));
    }

    [Fact]
    public async Task Mounts_of_a_step_are_there_and_leave_nothing()
    {
        BuildFolder folder = new BuildFolder(engine).Write("sub/file", "bound\n").Dockerfile("""
            FROM BASE
            RUN --mount=type=secret,id=tok cat /run/secrets/tok > /told
            RUN --mount=type=secret,id=tok,env=TOK echo "env $TOK" >> /told
            RUN --mount=type=cache,target=/cache echo x >> /cache/log && cat /cache/log >> /told
            RUN --mount=type=cache,target=/cache echo y >> /cache/log && cat /cache/log >> /told
            RUN --mount=type=bind,source=sub,target=/m cat /m/file >> /told
            RUN --mount=type=tmpfs,target=/t echo z > /t/gone && mount | grep -c ' /t type tmpfs' >> /told
            """);
        string secret = Path.Combine(folder.Folder, "..", engine.Name("secret"));
        await File.WriteAllTextAsync(secret, "s3cr3t\n");
        (string id, _) = await folder.BuildAsync($"--secret id=tok,src={secret}");
        Assert.Equal("s3cr3t\nenv s3cr3t\n\nx\nx\ny\nbound\n1", await folder.InAsync(id, "cat /told"));
        Assert.Equal("", await folder.InAsync(id, "sh -c 'find /run/secrets /cache /m /t 2>/dev/null || true'"));
    }

    [Fact]
    public async Task Files_are_copied_as_the_options_say()
    {
        BuildFolder folder = new BuildFolder(engine).Write("sub/keep.txt", "1").Write("sub/drop.log", "2").Write("sub/deep/x.log", "3").Write("sub/deep/y.txt", "4").Write("a.txt", "5").Dockerfile("""
            FROM BASE
            COPY --exclude=*.log --exclude=**/*.log sub /s
            COPY --chmod=600 --chown=5:6 a.txt /o/
            COPY --link sub/keep.txt /l/
            COPY none* also* sub/k?ep.txt /w/
            COPY <<EOF /h
            hello
            EOF
            COPY sub sub /twice/
            RUN ln -s /real /linked && mkdir /real
            COPY a.txt /linked/
            """);
        (string id, _) = await folder.BuildAsync();
        Assert.Equal(
            """
            /h 644 0:0
            /l/keep.txt 644 0:0
            /o/a.txt 600 5:6
            /real/a.txt 644 0:0
            /s/deep/y.txt 644 0:0
            /s/keep.txt 644 0:0
            /w/keep.txt 644 0:0
            """.ReplaceLineEndings("\n"),
            await folder.InAsync(id, "sh -c 'find /h /l /o /real /s /w -type f -exec stat -c \"%n %a %u:%g\" {} + | sort'"));
        Assert.Equal("4", await folder.InAsync(id, "cat /twice/deep/y.txt"));
    }

    /// <summary>Docker 28's frontend takes the flag only where the Dockerfile asks for experimental syntax.</summary>
    [QuaidFact]
    public async Task Parents_are_kept_where_that_is_asked_for()
    {
        BuildFolder folder = new BuildFolder(engine).Write("sub/deep/x.log", "3").Write("sub/deep/y.txt", "4").Write("sub/z.txt", "5").Dockerfile("""
            FROM BASE
            COPY --parents sub/deep/*.txt sub/./z.txt /p/
            """);
        (string id, _) = await folder.BuildAsync();
        Assert.Equal("/p/sub/deep/y.txt\n/p/z.txt", await folder.InAsync(id, "sh -c 'find /p -type f | sort'"));
    }

    [Fact]
    public async Task What_an_ignore_file_names_is_not_sent()
    {
        BuildFolder folder = new BuildFolder(engine).Write(".dockerignore", "*.md\n!README.md\nnode/**\n").Write("a.md", "").Write("README.md", "").Write("node/x/y", "").Write("b", "").Dockerfile("""
            FROM BASE
            COPY . /c
            """);
        (string id, _) = await folder.BuildAsync();
        Assert.Equal("/c/.dockerignore\n/c/Dockerfile\n/c/README.md\n/c/b", await folder.InAsync(id, "sh -c 'find /c -type f | sort'"));
    }

    [Theory]
    [InlineData("FROM BASE\nRUN echo told && exit 3\n", "did not complete successfully: exit code: 3")]
    [InlineData("FROM BASE\nCOPY nothing /x\n", "\"/nothing\": not found")]
    [InlineData("FROM BASE\nRUM x\n", "unknown instruction: RUM (did you mean RUN?)")]
    [InlineData("FROM BASE\nCOPY --form=x a b\n", "unknown flag: --form (did you mean from?)")]
    [InlineData("FROM a AS b\nFROM b AS a\n", "pull access denied")]
    [InlineData("FROM BASE AS a\nCOPY --from=b / /\nFROM BASE AS b\nCOPY --from=a / /\n", "circular")]
    [InlineData("FROM BASE\nRUN --mount=type=secret,id=no,required=true true\n", "secret no: not found")]
    public async Task What_is_wrong_is_said_with_the_line(string dockerfile, string why)
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(dockerfile);
        CommandResult result = await folder.RunAsync();
        Assert.Equal(1, result.ExitCode);
        if (!why.StartsWith("pull", StringComparison.Ordinal) && why != "circular")
        {
            Assert.Contains(why, result.Stderr, StringComparison.Ordinal);
            Assert.Contains("Dockerfile:2", result.Stderr, StringComparison.Ordinal);
            Assert.Contains("   2 | >>> ", result.Stderr, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Results_come_to_the_client_as_files_and_as_an_archive()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("""
            FROM scratch
            COPY a /dir/a
            """);
        string target = engine.Scratch(engine.Name("out"));
        (await folder.RunAsync($"-o type=local,dest={target}/files -o type=tar,dest={target}/files.tar")).Succeeded();
        Assert.Equal("1", await File.ReadAllTextAsync($"{target}/files/dir/a"));
        Assert.Equal("dir/\ndir/a", (await RunningCommand.RunAsync("tar", ["tf", $"{target}/files.tar"])).Succeeded());
    }

    [Fact]
    public async Task A_base_image_triggers_what_it_kept()
    {
        BuildFolder basis = new BuildFolder(engine).Dockerfile("""
            FROM BASE
            ONBUILD COPY kept /kept
            ONBUILD RUN cat /kept > /ran
            """);
        string name = engine.Name("onbuild");
        await basis.BuildAsync($"-t {name}");
        BuildFolder child = new BuildFolder(engine).Write("kept", "by the child").Dockerfile($"FROM {name}\n");
        (string id, _) = await child.BuildAsync();
        Assert.Equal("by the child", await child.InAsync(id, "cat /ran"));
        await basis.Client.RunAsync($"rmi -f {name}");
    }
}
