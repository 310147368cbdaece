using Quai.Compose.Model;
using Quai.Compose.Printing;

namespace Quai.Compose.Tests;

/// <summary>What a project looks like to those who use it.</summary>
public sealed class ModelTests
{
    [Fact]
    public void A_project_is_typed()
    {
        ComposeProject project = Load("""
            services:
              web:
                image: nginx
                command: sh -c "a b"
                ports: ["127.0.0.1:8080:80/udp"]
                volumes: ["./d:/d:ro", "vol:/v"]
                environment: [A=1, B]
                mem_limit: 64m
                stop_grace_period: 1m30s
                healthcheck: {test: curl x, retries: 3}
                x-mine: {a: 1}
              never: {image: x, profiles: [p]}
            volumes: {vol: {}}
            """);
        ComposeService web = project.Services["web"];
        Assert.Equal(["sh", "-c", "a b"], web.Command);
        Assert.Equal(("127.0.0.1", "8080", 80, "udp"), (web.Ports[0].HostIp, web.Ports[0].Published, web.Ports[0].Target, web.Ports[0].Protocol));
        Assert.Equal(("bind", $"{ComposeCase.ProjectFolder}/d", true), (web.Volumes[0].Type, web.Volumes[0].Source, web.Volumes[0].ReadOnly));
        Assert.Equal("1", web.Environment["A"]);
        Assert.Null(web.Environment["B"]);
        Assert.Equal(64 << 20, web.MemoryLimit);
        Assert.Equal(TimeSpan.FromSeconds(90), web.StopGracePeriod!.Value.ToTimeSpan());
        Assert.Equal(["CMD-SHELL", "curl x"], web.Healthcheck!.Test);
        Assert.Equal(["x-mine"], web.Extensions.Keys);
        Assert.Equal(["default"], web.Networks.Keys);
        Assert.Equal("project_vol", project.Volumes["vol"].Name);
        Assert.Equal(["never"], project.DisabledServices.Keys);
    }

    [Fact]
    public void Warnings_are_kept()
    {
        ComposeProject project = Load("version: '3'\nservices:\n  web: {image: 'x$NO', tty: 'yes'}");
        Assert.Equal(
            [
                "\"yes\" for boolean is not supported by YAML 1.2, please use `true`",
                $"{ComposeCase.ProjectFolder}/compose.yaml: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion",
                "The \"NO\" variable is not set. Defaulting to a blank string.",
            ],
            project.Warnings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_hash_is_of_what_makes_a_container()
    {
        static string Hash(string text) => ConfigHash.Of(Load("services:\n  web: {image: x, " + text + "}\n  db: {image: y}").Services["web"]);
        string plain = Hash("hostname: a");
        Assert.Equal(plain, Hash("hostname: a, build: ., pull_policy: always, scale: 3, depends_on: [db]"));
        Assert.NotEqual(plain, Hash("hostname: b"));
    }

    [Fact]
    public void A_volume_without_a_driver_is_of_the_local_one() =>
        Assert.Equal(ConfigHash.Of(new ComposeVolume { Name = "v", Driver = "local" }), ConfigHash.Of(new ComposeVolume { Name = "v" }));

    private static ComposeProject Load(string text)
    {
        ComposeCase one = new(("compose.yaml", text));
        return new ComposeLoader(new CaseFiles(one)).Load(ComposeRun.RequestOf(one, out _, out _));
    }
}
