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
    public async Task All_that_is_wrong_is_told_at_once()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              a:
                image: BASE
                depends_on: [nobody]
                networks: [nowhere]
                volumes: ["nothing:/v"]
                env_file: not-there.env
                container_name: same
                restart: "unhealthy:x"
                mem_limit: 10x
                cpus: many
                portz: []
              b:
                image: BASE
                container_name: same
                depends_on: [c]
                secrets: [s]
                healthcheck: {test: [MAYBE]}
              c:
                image: BASE
                depends_on: [b]
                links: [nobody-else]
            secrets: {s: {file: not-there.txt}}
            """);
        CommandResult failed = await folder.RunAsync("up -d");
        Assert.Equal(1, failed.ExitCode);
        string file = $"{folder.Folder}/compose.yaml";
        Assert.Equal(
            [
                $"{file}:4:18: service \"a\" depends on undefined service \"nobody\": invalid compose project (services.a.depends_on.nobody, expected a service that there is)",
                $"{file}:5:16: service \"a\" refers to undefined network nowhere: invalid compose project (services.a.networks.nowhere, expected a network that there is)",
                $"{file}:6:15: service \"a\" refers to undefined volume nothing: invalid compose project (services.a.volumes.nothing, expected a volume that there is)",
                $"{file}:7:15: env file {folder.Folder}/not-there.env not found: stat {folder.Folder}/not-there.env: no such file or directory (services.a.env_file, expected a file)",
                $"{file}:9:5: services.a.restart: invalid restart policy \"unhealthy:x\" (expected no, always, unless-stopped, on-failure[:N] or unhealthy[:N], N being a whole number from 0)",
                $"{file}:10:16: services.a: invalid size: '10x' (services.a.mem_limit, expected a size as 64m)",
                $"{file}:11:11: error while interpolating services.a.cpus: failed to cast to expected type: \"many\" is not a number",
                $"{file}:12:5: services.a additional properties 'portz' not allowed (services.a.portz, expected one of the keys that the specification has)",
                $"{file}:15:5: container name \"same\" is already in use by service \"a\": invalid compose project (services.b.container_name, expected another name)",
                $"{file}:18:19: healthcheck.test must start either by \"CMD\", \"CMD-SHELL\" or \"NONE\" (services.b.healthcheck.test, expected CMD, CMD-SHELL or NONE as the first element)",
                $"{file}:21:18: dependency cycle detected: b -> c -> b: invalid compose project (services.c.depends_on.b, expected no circle)",
                $"{file}:22:13: service \"c\" depends on undefined service \"nobody-else\": invalid compose project (services.c.links.nobody-else, expected a service that there is)",
                $"{file}:23:15: service \"b\": secret \"s\": file {folder.Folder}/not-there.txt does not exist (secrets.s.file, expected a file)",
            ],
            failed.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [QuaidFact]
    public async Task What_the_engine_lacks_is_told_at_once_before_anything_is_made()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              a: {image: 'not-there.invalid/x', networks: [n], volumes: ['vol:/v']}
              b: {image: BASE, configs: [c], deploy: {update_config: {failure_action: explode}}}
            networks: {n: {external: true, name: not-there}}
            volumes: {vol: {external: true, name: not-there}}
            configs: {c: {external: true}}
            """);
        string said = (await folder.RunAsync("up -d")).ExpectFailure(1).Stderr, file = $"{folder.Folder}/compose.yaml";
        Assert.Contains($"{file}:4:12: network not-there declared as external, but could not be found, which service \"a\" needs\n", said, StringComparison.Ordinal);
        Assert.Contains($"{file}:5:11: external volume \"not-there\" not found, which service \"a\" needs\n", said, StringComparison.Ordinal);
        Assert.Contains($"{file}:3:3: service \"b\": deploy.update_config.failure_action: \"explode\"", said, StringComparison.Ordinal);
        Assert.Contains($"{file}:6:11: service \"b\": unsupported external config c", said, StringComparison.Ordinal);
        await folder.NothingIsLeftAsync();
    }

    [QuaidFact]
    public async Task Two_that_bring_a_new_project_up_at_once_both_succeed()
    {
        await using ComposeFolder folder = new(engine, "services: {a: {image: BASE, command: SLEEPS, networks: [x, y], volumes: ['vol:/v']}, b: {image: BASE, command: SLEEPS, depends_on: [a]}}\nnetworks: {x: {}, y: {}}\nvolumes: {vol: {}}");
        for (int i = 0; i < 3; i++)
        {
            foreach (CommandResult up in await Task.WhenAll(folder.RunAsync("up -d"), folder.RunAsync("up -d")))
            {
                up.Succeeded();
            }

            Assert.Equal(2, (await folder.OkAsync("ps -q")).Text.Split('\n').Length);
            await folder.OkAsync("down -v -t 0");
            await folder.NothingIsLeftAsync();
        }
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
