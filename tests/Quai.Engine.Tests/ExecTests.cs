using System.Text;
using Quai.Api.Containers;
using Quai.Engine.Containers;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

[Collection(nameof(TestEngine))]
public sealed class ExecTests(TestEngine engine)
{
    [Fact]
    public async Task An_exec_runs_in_the_container_with_its_own_environment_user_and_folder()
    {
        string id = await engine.StartAsync(["sleep", "100"], r => r.Env = ["A=container", "B=container"]);
        (int? code, string output) = await engine.ExecAsync(id, ["sh", "-c", "echo $A $B $(id -u) $PWD; exit 5"], r => (r.Env, r.User, r.WorkingDir) = (["B=exec"], "user", "/tmp"));
        Assert.Equal((5, "container exec 1000 /tmp\n"), (code, output));
        (code, output) = await engine.ExecAsync(id, ["cat"], r => r.AttachStdin = true, "typed\n");
        Assert.Equal((0, "typed\n"), (code, output));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task What_cannot_be_executed_is_told_and_its_code_kept()
    {
        string id = await engine.StartAsync(["sleep", "100"]);
        string exec = (await engine.Engine.Execs.CreateAsync(id, new ExecCreateRequest { Cmd = ["nosuch"], AttachStdout = true }, CancellationToken.None)).Id;
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => engine.Engine.Execs.StartAsync(exec, new ExecStartRequest(), CancellationToken.None));
        Assert.Equal("OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown", e.Message);
        Assert.Equal((127, false), (engine.Engine.Execs.Inspect(exec).ExitCode, engine.Engine.Execs.Inspect(exec).Running));
        e = await Assert.ThrowsAsync<QuaiException>(() => engine.Engine.Execs.CreateAsync(id, new ExecCreateRequest(), CancellationToken.None));
        Assert.Equal("No exec command specified", e.Message);
        e = Assert.Throws<QuaiException>(() => engine.Engine.Execs.Inspect("nosuch"));
        Assert.Equal(("No such exec instance: nosuch", ErrorKind.NotFound), (e.Message, e.Kind));
        await engine.RemoveAsync(id);
        Assert.Throws<QuaiException>(() => engine.Engine.Execs.Inspect(exec));
    }

    [Fact]
    public async Task Execs_need_a_running_container()
    {
        string id = await engine.CreateAsync(["true"]);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Engine.Execs.CreateAsync(id, new ExecCreateRequest { Cmd = ["true"] }, CancellationToken.None));
        Assert.Equal(($"container {id} is not running", ErrorKind.Conflict), (e.Message, e.Kind));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task A_detached_exec_is_listed_while_it_runs_and_dies_with_the_container()
    {
        string id = await engine.StartAsync(["sleep", "100"]);
        string exec = (await engine.Engine.Execs.CreateAsync(id, new ExecCreateRequest { Cmd = ["sleep", "100"] }, CancellationToken.None)).Id;
        await engine.Engine.Execs.StartDetachedAsync(exec, CancellationToken.None);
        Assert.Equal([exec], (await engine.InspectAsync(id)).ExecIDs);
        Assert.True(engine.Engine.Execs.Inspect(exec).Running);
        await engine.Containers.KillAsync(id, null, CancellationToken.None);
        await TestEngine.EventuallyAsync(() => !engine.Engine.Execs.Inspect(exec).Running);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Exec_with_a_terminal_has_one_and_takes_its_size()
    {
        string id = await engine.StartAsync(["sleep", "100"]);
        (int? code, string output) = await engine.ExecAsync(id, ["sh", "-c", "stty size; tty"], r => (r.Tty, r.ConsoleSize) = (true, [33, 77]));
        Assert.Equal(0, code);
        Assert.StartsWith("33 77\r\n/dev/pts/", output);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task The_detach_keys_let_a_client_go_and_the_program_run_on()
    {
        string id = await engine.StartAsync(["sh"], r => (r.Tty, r.OpenStdin) = (true, true));
        var typed = new MemoryStream(Encoding.ASCII.GetBytes("echo typed\n\u0010\u0011"));
        await using IAttachSession session = await engine.Containers.AttachAsync(id, new AttachRequest(true, true, true, false, true, null), CancellationToken.None);
        await session.RunAsync(typed, new MemoryStream(), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("running", (await engine.InspectAsync(id)).State.Status);
        await TestEngine.EventuallyAsync(async () => (await engine.LogsAsync(id)).Contains("typed"));
        await engine.RemoveAsync(id);
    }
}
