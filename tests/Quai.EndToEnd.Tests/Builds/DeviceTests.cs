namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Devices of the container device interface, in containers and in steps of builds.</summary>
public sealed class DeviceTests : IAsyncLifetime
{
    private const string Look = "busybox stat -c '%t:%T %a' /dev/own; cat /given; echo $FOO; echo x > /dev/own && echo written";

    private readonly QuaidInstance _engine = new();

    public async Task InitializeAsync()
    {
        string folder = Path.Combine(_engine.Root, "cdi");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{_engine.Root}/given", "from the host\n");
        await File.WriteAllTextAsync($"{folder}/vendor.yaml", $"""
            cdiVersion: "0.6.0"
            kind: vendor.com/device
            devices:
              - name: foo
                containerEdits:
                  env: [FOO=injected]
                  deviceNodes:
                    - path: /dev/own
                      hostPath: /dev/null
                      fileMode: 0640
                  mounts:
                    - hostPath: {_engine.Root}/given
                      containerPath: /given
                      options: [ro]
              - name: free
                annotations:
                  org.mobyproject.buildkit.device.autoallow: "true"
                containerEdits:
                  env: [FREE=yes]
              - name: hooked
                containerEdits:
                  hooks:
                    - hookName: createRuntime
                      path: /bin/sh
                      args: [sh, -c, "cat > {_engine.Root}/hook; echo $WHAT >> {_engine.Root}/hook"]
                      env: [WHAT=runtime]
                    - hookName: createContainer
                      path: /bin/sh
                      args: [sh, -c, "hostname >> {_engine.Root}/hook"]
                    - hookName: poststop
                      path: /bin/sh
                      args: [sh, -c, "echo end >> {_engine.Root}/hook"]
              - name: broken
                containerEdits:
                  hooks:
                    - hookName: createRuntime
                      path: /bin/sh
                      args: [sh, -c, "exit 5"]
            """);
        await File.WriteAllTextAsync($"{_engine.Root}/daemon.json", "{\"cdi-spec-dirs\": [\"" + folder + "\"], \"builder\": {\"entitlements\": {\"device\": true}}}");
        await _engine.InitializeAsync();
    }

    public Task DisposeAsync() => _engine.DisposeAsync();

    [QuaidFact]
    public async Task A_container_has_what_is_written_of_it()
    {
        Assert.Equal("1:3 640\nfrom the host\ninjected\nwritten", await _engine.Docker.OkAsync($"run --rm --device vendor.com/device=foo {BusyboxImage.Name} sh -c \"{Look}\""));
        string name = _engine.Name();
        await _engine.Docker.OkAsync($"create --name {name} --device vendor.com/device=foo {BusyboxImage.Name} true");
        Assert.Contains("vendor.com/device=foo", await _engine.Docker.OkAsync($"inspect -f '{{{{json .HostConfig.DeviceRequests}}}}' {name}"), StringComparison.Ordinal);
        await _engine.Docker.OkAsync($"rm {name}");
        CommandResult missing = await _engine.Docker.RunAsync($"run --rm --device vendor.com/device=none {BusyboxImage.Name} true");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("CDI device injection failed: unresolvable CDI devices vendor.com/device=none", missing.Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Its_hooks_are_run_at_their_moments()
    {
        string name = _engine.Name();
        string id = await _engine.Docker.OkAsync($"run -d --name {name} -h inside --device vendor.com/device=hooked {BusyboxImage.Name} sleep 1000");
        string seen = await File.ReadAllTextAsync($"{_engine.Root}/hook");
        Assert.Contains($"\"id\":\"{id}\",\"status\":\"creating\",\"pid\":", seen, StringComparison.Ordinal);
        Assert.EndsWith("runtime\ninside\n", seen, StringComparison.Ordinal);
        await _engine.Docker.OkAsync($"kill {name}");
        await _engine.Docker.OkAsync($"wait {name}");
        Assert.EndsWith("inside\nend\n", await File.ReadAllTextAsync($"{_engine.Root}/hook"), StringComparison.Ordinal);
        CommandResult broken = await _engine.Docker.RunAsync($"run --rm --device vendor.com/device=broken {BusyboxImage.Name} true");
        Assert.Contains("run the hook /bin/sh: it failed with exit code 5", broken.Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_step_has_it_where_that_is_allowed()
    {
        BuildFolder folder = new BuildFolder(_engine).Dockerfile($"FROM BASE\nRUN --device=vendor.com/device=foo ({Look}) > /seen\n");
        (await folder.RunAsync()).ExpectFailure(1, "device is not allowed");
        (string id, _) = await folder.BuildAsync("--allow device");
        Assert.Equal("1:3 640\nfrom the host\ninjected\nwritten", await folder.InAsync(id, "cat /seen"));
        folder.Dockerfile("FROM BASE\nRUN --device=vendor.com/device=free --device=vendor.com/none echo $FREE > /seen\n");
        (id, _) = await folder.BuildAsync();
        Assert.Equal("yes", await folder.InAsync(id, "cat /seen"));
        folder.Dockerfile("FROM BASE\nRUN --device=vendor.com/none,required true\n");
        (await folder.RunAsync("--allow device")).ExpectFailure(1, "device vendor.com/none was not found in");
        Assert.Contains("vendor.com/device=foo", await folder.Client.OkAsync("buildx inspect"), StringComparison.Ordinal);
    }
}
