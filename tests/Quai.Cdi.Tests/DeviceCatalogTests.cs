using Quai.Errors;

namespace Quai.Cdi.Tests;

public sealed class DeviceCatalogTests : IDisposable
{
    private const string Yaml = """
        cdiVersion: "0.6.0"
        kind: "vendor1.com/device"
        annotations:
          org.mobyproject.buildkit.device.autoallow: true
        containerEdits:
          env: [COMMON=1]
        devices:
          - name: foo
            containerEdits:
              env:
                - FOO=injected
              deviceNodes:
                - path: /dev/own
                  hostPath: /dev/null
                  fileMode: 0640
                  permissions: rw
          - name: bar
            annotations:
              org.mobyproject.buildkit.device.class: class1
            containerEdits:
              mounts:
                - hostPath: /etc/hostname
                  containerPath: /given
                  options: [ro, bind]
              additionalGids: [7]
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("quai-cdi-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Devices_are_found_by_their_names_and_change_what_is_written()
    {
        DeviceCatalog catalog = Catalog(("a/one.yaml", Yaml));
        Assert.Equal(["vendor1.com/device=bar", "vendor1.com/device=foo"], catalog.List().Select(d => d.FullName));
        DeviceEdits edits = catalog.Resolve(["vendor1.com/device=foo", "vendor1.com/device=bar"]);
        Assert.Equal(["COMMON=1", "FOO=injected"], edits.Environment);
        InjectedNode node = Assert.Single(edits.Nodes);
        Assert.Equal(("/dev/own", "/dev/null", 0x1a0u, "rw"), (node.Path, node.HostPath, node.FileMode, node.Access));
        Assert.Equal(("/etc/hostname", "/given"), (edits.Mounts[0].HostPath, edits.Mounts[0].ContainerPath));
        Assert.Equal([7u], edits.Groups);
        Assert.All(catalog.List(), d => Assert.True(d.IsAllowedToBuilds));
    }

    [Theory]
    [InlineData("vendor1.com/device", "bar")]
    [InlineData("vendor1.com/device=*", "bar,foo")]
    [InlineData("vendor1.com/device=foo", "foo")]
    [InlineData("class1", "bar")]
    public void Builds_ask_by_patterns(string pattern, string names) =>
        Assert.Equal(names, string.Join(',', Catalog(("a/one.yaml", Yaml)).Find(pattern).Select(d => d.Name)));

    [Fact]
    public void The_later_folder_counts_and_one_that_has_a_device_twice_has_none()
    {
        const string Json = """{"cdiVersion": "0.5.0", "kind": "vendor1.com/device", "devices": [{"name": "foo", "containerEdits": {"env": ["WHO=NAME"]}}]}""";
        DeviceCatalog catalog = Catalog(("a/one.yaml", Yaml), ("b/one.json", Json.Replace("NAME", "b", StringComparison.Ordinal)));
        Assert.Equal(["WHO=b"], catalog.Resolve(["vendor1.com/device=foo"]).Environment);
        catalog = Catalog(("b/two.json", Json));
        Assert.Contains("vendor1.com/device=foo is in two files of", Assert.Throws<QuaiException>(() => catalog.Resolve(["vendor1.com/device=foo"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "it is no mapping")]
    [InlineData("a: [", "it is neither YAML nor JSON")]
    [InlineData("cdiVersion: 0.6.0\nkind: x\ndevices: []", "kind: \"x\" is no kind")]
    [InlineData("cdiVersion: 9.0.0\nkind: v.com/c\ndevices: []", "cdiVersion: it is none of the versions")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c", "the member devices is missing")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c\ndevices:\n- name: a\n  containerEdits: {sauce: hot}", "devices[0].containerEdits: the member sauce is unknown")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c\ndevices:\n- name: a\n  containerEdits: {deviceNodes: [{path: dev}]}", "deviceNodes[0].path: it is no absolute path")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c\ndevices:\n- name: a\n  containerEdits: {netDevices: [{}]}", "it is not available in this version of Quai")]
    public void What_is_malformed_is_told_with_its_place_where_it_is_missed(string text, string told)
    {
        string message = Assert.Throws<QuaiException>(() => Catalog(("a/one.yaml", text)).Resolve(["v.com/c=a"])).Message;
        Assert.StartsWith("CDI device injection failed: unresolvable CDI devices v.com/c=a (", message, StringComparison.Ordinal);
        Assert.Contains(told, message, StringComparison.Ordinal);
    }

    private DeviceCatalog Catalog(params (string Path, string Text)[] files)
    {
        foreach ((string path, string text) in files)
        {
            string full = Path.Combine(_root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }

        return new DeviceCatalog([$"{_root}/a", $"{_root}/b", $"{_root}/missing"]);
    }
}
