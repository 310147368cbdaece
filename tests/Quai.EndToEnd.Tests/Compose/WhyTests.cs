namespace Quai.EndToEnd.Tests.Compose;

/// <summary><c>quai compose why</c> says why services are not up.</summary>
public sealed class WhyTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [QuaidFact]
    public async Task What_is_up_is_said_to_be_up()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              a: {image: BASE, command: SLEEPS}
              once: {image: BASE, command: "true"}
              then: {image: BASE, command: SLEEPS, depends_on: {once: {condition: service_completed_successfully}}}
            """);
        Assert.Contains("a is not up\n  it has no container: 'quai compose up -d a' makes it", await WhyAsync(folder, 1, "a"), StringComparison.Ordinal);
        await folder.OkAsync("up -d");
        Assert.Equal("a is up\nonce is done\nthen is up", await WhyAsync(folder, 0));
        await folder.OkAsync("pause a");
        Assert.Equal($"a is not up\n  container {folder.Project}-a-1 is paused: 'quai compose unpause a' lets it go on", await WhyAsync(folder, 1, "a"));
    }

    [QuaidFact]
    public async Task What_has_ended_is_told_with_its_last_words()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              a: {image: BASE, command: sh -c 'for i in 1 2 3; do echo line $$i; done; echo why >&2; exit 3'}
              b: {image: BASE, command: SLEEPS, depends_on: {a: {condition: service_completed_successfully}}}
            """);
        Assert.Equal(1, (await folder.RunAsync("up -d")).ExitCode);
        string text = await WhyAsync(folder, 1, "b -n 2");
        Assert.Matches($"""
            ^b is not up
              container {folder.Project}-b-1 has not been started
              it waits until a has completed
                a is not up
                  container {folder.Project}-a-1 is exited: Exited \(3\) .* ago
                    its last words:
                    \| line 3
                    \| why$
            """, text);
    }

    [QuaidFact]
    public async Task A_health_check_is_told_with_its_last_output()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              a: {image: BASE, command: SLEEPS, healthcheck: {test: 'echo no way; exit 2', interval: 200ms, retries: 1}}
              b: {image: BASE, depends_on: {a: {condition: service_healthy}}}
            """);
        Assert.Equal(1, (await folder.RunAsync("up -d")).ExitCode);
        string text = await WhyAsync(folder, 1);
        Assert.Matches($@"^a is not up\n  container {folder.Project}-a-1 is unhealthy: its health check has failed \d+ times in a row, the last time with exit code 2\n    \| no way\n", text);
        Assert.EndsWith($"b is not up\n  container {folder.Project}-b-1 has not been started\n  it waits until a is healthy\n    a is not up, as said above", text, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_port_in_use_is_told_with_who_uses_it()
    {
        await using ComposeFolder folder = new(engine, "services: {a: {image: BASE, command: SLEEPS, ports: ['127.0.0.1:28481:80']}, b: {image: BASE, command: SLEEPS, ports: ['28481:80'], depends_on: [a]}}");
        Assert.Equal(1, (await folder.RunAsync("up -d")).ExitCode);
        string text = await WhyAsync(folder, 1, "b");
        Assert.Contains($"    port 28481/tcp is in use by container {folder.Project}-a-1", text, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task What_is_missing_is_told()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              a: {image: not-there.invalid/x}
              b: {build: .}
              c: {image: BASE, networks: [n], volumes: ["vol:/v"]}
              d: {image: BASE, profiles: [tools]}
              e: {image: BASE, scale: 0}
            networks: {n: {external: true, name: no-network}}
            volumes: {vol: {external: true, name: no-volume}}
            """);
        Assert.Contains("its image is neither on the engine nor to be had: service \"a\": image not-there.invalid/x: ", await WhyAsync(folder, 1, "a"), StringComparison.Ordinal);
        Assert.Equal($"b is not up\n  it has no container\n  its image {folder.Project}-b has not been built: 'quai compose build b' builds it", await WhyAsync(folder, 1, "b"));
        Assert.Equal(
            "c is not up\n  it has no container\n  its network no-network is external, and there is none: 'quai network create no-network' makes it\n  its volume no-volume is external, and there is none: 'quai volume create no-volume' makes it",
            await WhyAsync(folder, 1, "c"));
        Assert.Equal("d is not up\n  no profile that is enabled has it: --profile tools enables it", await WhyAsync(folder, 1, "d"));
        Assert.Equal("e is not up\n  it is to have no containers, by its scale", await WhyAsync(folder, 1, "e"));
    }

    private static async Task<string> WhyAsync(ComposeFolder folder, int code, string line = "")
    {
        CommandResult result = await folder.RunAsync($"why {line}");
        Assert.True(result.ExitCode == code, result.Stdout + result.Stderr);
        return result.Text;
    }
}
