using System.Text;
using Quai.Api.System;
using Quai.Engine.Attach;
using Quai.Engine.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Engine.Containers.Views;
using Quai.Engine.Events;
using Quai.Errors;
using Quai.Runtime;
using Xunit;

namespace Quai.Engine.Tests;

public sealed class SmallPartsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(0.5, "Less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(60, "About a minute")]
    [InlineData(150, "2 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(3 * 3600, "3 hours")]
    [InlineData(72 * 3600, "3 days")]
    [InlineData(15 * 86400, "2 weeks")]
    [InlineData(90 * 86400, "3 months")]
    [InlineData(1000 * 86400, "2 years")]
    public void Durations_are_told_as_docker_tells_them(double seconds, string text) => Assert.Equal(text, StatusText.Ago(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Status_texts()
    {
        var running = new RunState { Status = ContainerStatus.Running, StartedAt = s_now.AddSeconds(-3) };
        Assert.Equal("Up 3 seconds", StatusText.Of(running, null, s_now));
        Assert.Equal("Up 3 seconds (health: starting)", StatusText.Of(running, "starting", s_now));
        Assert.Equal("Up 3 seconds (unhealthy)", StatusText.Of(running, "unhealthy", s_now));
        Assert.Equal("Up 3 seconds (Paused)", StatusText.Of(running with { Status = ContainerStatus.Paused }, "healthy", s_now));
        RunState ended = running with { Status = ContainerStatus.Exited, ExitCode = 137, FinishedAt = s_now.AddMinutes(-2) };
        Assert.Equal("Exited (137) 2 minutes ago", StatusText.Of(ended, null, s_now));
        Assert.Equal("Restarting (137) 2 minutes ago", StatusText.Of(ended with { Status = ContainerStatus.Restarting }, null, s_now));
        Assert.Equal("Created", StatusText.Of(RunState.New with { ExitCode = 127 }, null, s_now));
    }

    [Theory]
    [InlineData("KILL", 9)]
    [InlineData("sigterm", 15)]
    [InlineData("10", 10)]
    [InlineData("RTMIN+3", 37)]
    [InlineData("SIGRTMAX-1", 63)]
    public void Signals_have_names_and_numbers(string text, int number) => Assert.Equal(number, Signals.Parse(text));

    [Theory]
    [InlineData("FOO", "invalid signal: FOO")]
    [InlineData("0", "invalid signal: 0")]
    [InlineData("99", "the linux daemon does not support signal 99")]
    [InlineData("", "invalid signal: ")]
    public void What_is_no_signal_is_told(string text, string message) => Assert.Equal(message, Assert.Throws<QuaiException>(() => Signals.Parse(text)).Message);

    [Fact]
    public void Detach_keys_are_found_across_reads_and_near_misses_pass_on()
    {
        DetachKeys keys = DetachKeys.Parse(null);
        byte[] output = new byte[64];
        Assert.False(keys.Filter("ab\u0010"u8, output, out int length));
        Assert.Equal("ab", Encoding.ASCII.GetString(output, 0, length));
        Assert.False(keys.Filter("x"u8, output, out length));
        Assert.Equal("\u0010x", Encoding.ASCII.GetString(output, 0, length));

        // The key that breaks a sequence begins none.
        Assert.False(keys.Filter("\u0010\u0010\u0011"u8, output, out length));
        Assert.Equal("\u0010\u0010\u0011", Encoding.ASCII.GetString(output, 0, length));
        Assert.False(keys.Filter("\u0010"u8, output, out length));
        Assert.True(keys.Filter("\u0011after"u8, output, out length));
        Assert.Equal(0, length);
        Assert.True(DetachKeys.Parse("a,ctrl-]").Filter("a\u001d"u8, output, out _));
        Assert.Equal("Invalid detach keys (ctrl-,) provided", Assert.Throws<QuaiException>(() => DetachKeys.Parse("ctrl-,")).Message);
    }

    [Fact]
    public void What_the_daemon_held_is_told_from_what_a_user_paused()
    {
        var machine = new ContainerStateMachine(RunState.New);
        machine.Starting(byPolicy: false);
        machine.Started(5, s_now);
        machine.Held();
        Assert.Equal((ContainerStatus.Running, true), (machine.Current.Status, machine.Current.Held));
        machine.Paused(held: true);
        machine.Unpaused();
        Assert.False(machine.Current.Held);
        machine.Held();

        // The freezing failed; what a user pauses later is not the daemon's.
        machine.Paused(held: false);
        Assert.Equal((ContainerStatus.Paused, false), (machine.Current.Status, machine.Current.Held));
        machine.Found(frozen: false);
        Assert.Equal(ContainerStatus.Running, machine.Current.Status);
        machine.Found(frozen: true);
        Assert.Equal(ContainerStatus.Paused, machine.Current.Status);
    }

    [Fact]
    public void The_state_machine_refuses_what_cannot_be()
    {
        var machine = new ContainerStateMachine(RunState.New);
        Assert.Throws<InvalidOperationException>(() => machine.Paused(held: false));
        machine.Starting(byPolicy: false);
        Assert.Throws<InvalidOperationException>(machine.Removing);
        machine.StartFailed(127, "no");
        Assert.Equal((ContainerStatus.Created, 127), (machine.Current.Status, machine.Current.ExitCode));
        machine.Starting(false);
        machine.Started(5, s_now);
        machine.Ended(new ContainerExit(1, true, s_now), restarting: true);
        Assert.True(machine.Current is { IsRunning: true, OomKilled: true, Pid: 0 });
        machine.Starting(byPolicy: true);
        Assert.Equal(1, machine.Current.RestartCount);
        machine.StartFailed(128, "no");
        Assert.Equal(ContainerStatus.Exited, machine.Current.Status);
        machine.Removing();
        Assert.Throws<InvalidOperationException>(() => machine.Starting(false));
    }

    [Theory]
    [InlineData("80", 80, 80, "tcp")]
    [InlineData("53/udp", 53, 53, "udp")]
    [InlineData("0", 0, 0, "tcp")]
    [InlineData("8000-8010/TCP", 8000, 8010, "tcp")]
    public void Ports_are_read(string text, int start, int end, string protocol) => Assert.Equal(new PortRange((ushort)start, (ushort)end, protocol), PortRange.Parse(text));

    [Theory]
    [InlineData("70000")]
    [InlineData("9-8")]
    [InlineData("80/xyz")]
    [InlineData("a")]
    public void What_is_no_port_is_refused(string text) => Assert.Throws<QuaiException>(() => PortRange.Parse(text));

    [Fact]
    public void Points_in_time_are_read_in_all_notations()
    {
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), Timestamps.Parse("1700000000", s_now));
        Assert.Equal(s_now.AddMinutes(-90), Timestamps.Parse("1h30m", s_now));
        Assert.Equal(s_now, Timestamps.Parse("2026-01-02T03:04:05Z", s_now));
        Assert.Null(Timestamps.Parse("soon", s_now));
    }

    [Fact]
    public async Task Events_are_kept_filtered_and_ended_in_time()
    {
        var hub = new EventHub(TimeProvider.System);
        for (int i = 0; i < 300; i++)
        {
            hub.Publish("container", i % 2 == 0 ? "start" : "exec_create: sh", $"id{i}", new Dictionary<string, string> { ["name"] = $"name{i}", ["image"] = "box:1", ["label"] = "v" });
        }

        List<EventMessage> all = await ReadAsync([]);
        Assert.Equal(256, all.Count);
        Assert.Equal(("id299", "box:1", "exec_create: sh"), (all[^1].Id, all[^1].From, all[^1].Status));
        Assert.Equal(128, (await ReadAsync([("event", "exec_create")])).Count);
        Assert.Equal(["id298"], (await ReadAsync([("container", "name298")])).Select(m => m.Actor.ID));
        Assert.Empty(await ReadAsync([("type", "image")]));
        Assert.Equal(256, (await ReadAsync([("image", "box"), ("label", "label=v")])).Count);
        Assert.Equal(0, hub.Listeners);

        async Task<List<EventMessage>> ReadAsync(params (string Name, string Value)[] filters)
        {
            List<EventMessage> messages = [];
            await foreach (EventMessage message in hub.SubscribeAsync(
                DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow, filters.ToDictionary(f => f.Name, f => (IReadOnlyList<string>)[f.Value]), CancellationToken.None))
            {
                messages.Add(message);
            }

            return messages;
        }
    }

    [Fact]
    public async Task A_listener_that_does_not_keep_up_is_cut_off()
    {
        var hub = new EventHub(TimeProvider.System);
        IAsyncEnumerable<EventMessage> slow = hub.SubscribeAsync(null, null, new Dictionary<string, IReadOnlyList<string>>(), CancellationToken.None);
        for (int i = 0; i < 5000; i++)
        {
            hub.Publish("container", "start", "id", new Dictionary<string, string>());
        }

        int count = 0;
        await foreach (EventMessage _ in slow)
        {
            count++;
        }

        Assert.InRange(count, 1, 4999);
        Assert.Equal(0, hub.Listeners);
    }

    [Fact]
    public void Top_keeps_the_last_column_whole()
    {
        Api.Containers.ContainerTopResponse top = TopContainer.Select("UID PID CMD\nroot 1 init\nroot 42 sh -c  echo x\n", new HashSet<int> { 42 });
        Assert.Equal(["root", "42", "sh -c echo x"], Assert.Single(top.Processes));
    }

    [Theory]
    [InlineData(30_000, 9_000, 30_000)]
    [InlineData(1_000, 9_000, 1_000)]
    [InlineData(1, 5, 20)]
    [InlineData(50, 5, 50)]
    [InlineData(1, 400, 1_000)]
    public void Health_checks_leave_the_daemon_time_for_others(int wanted, int took, int wait) =>
        Assert.Equal(TimeSpan.FromMilliseconds(wait), Health.HealthMonitor.Rest(TimeSpan.FromMilliseconds(wanted), TimeSpan.FromMilliseconds(took)));
}
