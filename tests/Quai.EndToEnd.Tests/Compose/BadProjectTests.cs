namespace Quai.EndToEnd.Tests.Compose;

/// <summary>What is wrong with a project is told with the service's name, and <c>up</c> goes on from there once it is mended.</summary>
public sealed class BadProjectTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [QuaidTheory]
    [InlineData("services: {a: {image: BASE, depends_on: [b]}, b: {image: BASE, depends_on: [a]}}", "dependency cycle detected: a -> b -> a")]
    [InlineData("services: {a: {image: BASE, networks: [n]}}\nnetworks: {n: {external: true, name: not-there}}", "network not-there declared as external, but could not be found")]
    [InlineData("services: {a: {image: BASE, volumes: ['vol:/v']}}\nvolumes: {vol: {external: true, name: not-there}}", "external volume \"not-there\" not found")]
    [InlineData("services: {a: {image: BASE, command: SLEEPS}, b: {image: 'not-there.invalid/x'}}", "service \"b\": image not-there.invalid/x: ")]
    [InlineData("services: {a: {image: BASE, secrets: [s]}}\nsecrets: {s: {external: true}}", "unsupported external secret s")]
    [InlineData("services: {a: {image: BASE, command: not-a-program}}", "service \"a\": Container ")]
    [InlineData("services: {a: {image: BASE, command: SLEEPS, healthcheck: {test: 'echo no way; exit 1', interval: 200ms, retries: 1}}, b: {image: BASE, depends_on: {a: {condition: service_healthy}}}}", "-a-1 is unhealthy: no way")]
    [InlineData("services: {a: {image: BASE, command: sh -c 'exit 3'}, b: {image: BASE, depends_on: {a: {condition: service_completed_successfully}}}}", "service \"a\" didn't complete successfully: exit 3")]
    [InlineData("services: {a: {provider: {type: not-there}}}", "service \"a\": provider: unsupported external service type not-there")]
    [InlineData("services: {a: {image: BASE, models: [m]}}\nmodels: {m: {model: ai/x}}", "service \"a\": models: nothing here runs language models")]
    public async Task It_is_named(string file, string message)
    {
        await using ComposeFolder folder = new(engine, file);
        CommandResult failed = await folder.RunAsync("up -d");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains(message, failed.Stderr, StringComparison.Ordinal);
        await folder.RunAsync("down -v -t 0");
        await folder.NothingIsLeftAsync();
    }

    [QuaidFact]
    public async Task A_port_in_use_fails_one_service_and_up_goes_on_from_there()
    {
        const string Text = "services: {a: {image: BASE, command: SLEEPS, ports: ['127.0.0.1:28471:80']}, b: {image: BASE, command: SLEEPS, ports: ['127.0.0.1:PORT:80'], depends_on: [a]}}";
        await using ComposeFolder folder = new(engine, Text.Replace("PORT", "28471", StringComparison.Ordinal));
        CommandResult failed = await folder.RunAsync("up -d");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("service \"b\": Container ", failed.Stderr, StringComparison.Ordinal);
        Assert.Contains("28471", failed.Stderr, StringComparison.Ordinal);
        string a = (await folder.ContainersAsync())["a-1"];
        folder.Write("compose.yaml", Text.Replace("PORT", "28472", StringComparison.Ordinal));
        await folder.OkAsync("up -d");
        Assert.Equal(a, (await folder.ContainersAsync())["a-1"]);
        Assert.Equal(2, (await folder.OkAsync("ps -q")).Text.Split('\n').Length);
    }

    [QuaidFact]
    public async Task A_program_that_ends_at_once_fails_a_wait()
    {
        await using ComposeFolder folder = new(engine, "services: {a: {image: BASE, command: sh -c 'exit 4'}}");
        CommandResult failed = await folder.RunAsync("up -d --wait");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("-a-1 exited (4)", failed.Stderr, StringComparison.Ordinal);
    }
}
