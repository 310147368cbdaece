using Quai.Api.Containers;
using Quai.Compose.Model;
using Quai.Convergence.Observing;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Tests;

/// <summary>What containers are made from; that it is what Docker's compose sends is shown end to end.</summary>
public sealed class RequestTests
{
    [Fact]
    public void Files_of_the_host_take_the_short_form_unless_it_cannot_say_everything()
    {
        HostConfig host = Request("""
            services:
              a:
                image: base
                volumes:
                  - /data:/data:ro
                  - {type: bind, source: /slow, target: /slow, bind: {propagation: rslave}}
                  - named:/named
                  - {type: volume, source: named, target: /sub, volume: {subpath: x}}
                  - /anonymous
            volumes: {named: {}}
            """).HostConfig!;
        Assert.Equal(["/data:/data:ro", "shop_named:/named:rw"], host.Binds);
        Assert.Equal(["/anonymous", "/slow", "/sub"], host.Mounts!.Select(mount => mount.Target).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Anonymous_volumes_are_taken_over()
    {
        ComposeProject project = Engine.Load("services: {a: {image: base, volumes: ['/anon']}}");
        ObservedContainer old = new(new ContainerSummary
        {
            Id = new string('1', 64),
            Mounts = [new() { Type = "volume", Name = "abc", Destination = "/anon", RW = true }, new() { Type = "volume", Name = "def", Destination = "/image", RW = true }, new() { Type = "volume", Name = "gone", Destination = "/gone", RW = true }],
        });
        ContainerOrder order = new(project.Services["a"], 1) { Replaced = old, Image = new("id", ["/image"]) };
        Assert.Equal(["/anon=abc", "/image=def"], ContainerRequests.Of(project, order, Engine.Context).HostConfig!.Mounts!.Select(mount => $"{mount.Target}={mount.Source}").Order());
        Assert.Equal([null], ContainerRequests.Of(project, order with { InheritsVolumes = false }, Engine.Context).HostConfig!.Mounts!.Select(mount => mount.Source));
    }

    [Fact]
    public void Networks_come_with_names_and_the_first_decides()
    {
        ContainerCreateRequest request = Request("""
            services: {a: {image: base, mac_address: "02:42:ac:11:65:43", networks: {front: {aliases: [shop]}, back: {priority: 5}}}}
            networks: {front: {}, back: {}}
            """);
        Assert.Equal("shop_back", request.HostConfig!.NetworkMode);
        Assert.Equal(["shop-a-1", "a", "shop"], request.NetworkingConfig!.EndpointsConfig!["shop_front"]!.Aliases);
        Assert.Equal("02:42:ac:11:65:43", request.NetworkingConfig.EndpointsConfig["shop_back"]!.MacAddress);
    }

    [Theory]
    [InlineData("secrets: [s]", "secrets: {s: {external: true}}", "unsupported external secret s: only a swarm keeps secrets; name a `file` or a variable of the `environment` instead")]
    [InlineData("security_opt: [nonsense]", "", "Invalid security-opt: \"nonsense\"")]
    public void What_there_is_not_is_refused(string key, string part, string message) =>
        Assert.Equal(message, Assert.Throws<ConvergenceException>(() => Request($"services: {{a: {{image: base, {key}}}}}\n{part}")).Message);

    [Fact]
    public void Contents_are_copied_into_the_container()
    {
        ComposeProject project = Engine.Load("services: {a: {image: base, configs: [{source: c, target: /etc/c, mode: 0400}]}}\nconfigs: {c: {content: hello}}");
        using MemoryStream archive = FileInjection.Archive(project, project.Services["a"])!;
        Assert.Contains("hello", System.Text.Encoding.UTF8.GetString(archive.ToArray()), StringComparison.Ordinal);
        ConvergenceException error = Assert.Throws<ConvergenceException>(() => FileInjection.Archive(project, project.Services["a"] with { ReadOnly = true }));
        Assert.Contains("read-only service a", error.Message, StringComparison.Ordinal);
    }

    private static ContainerCreateRequest Request(string text)
    {
        ComposeProject project = Engine.Load(text);
        return ContainerRequests.Of(project, new(project.Services["a"], 1), Engine.Context);
    }
}
