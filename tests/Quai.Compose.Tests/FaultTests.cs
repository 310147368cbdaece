namespace Quai.Compose.Tests;

/// <summary>What is wrong is told with its place, all of it at once.</summary>
public sealed class FaultTests
{
    [Fact]
    public void All_faults_of_a_file_are_told_with_their_places()
    {
        ComposeException e = Refused("""
            services:
              web:
                image: 5
                portz: []
              db:
                image: x
                cap_add: a
            """);
        Assert.Equal(["services.web.image", "services.web.portz", "services.db.cap_add"], e.Faults.Select(fault => fault.Path));
        Assert.Equal([3, 4, 7], e.Faults.Select(fault => fault.Place!.Line));
        Assert.Equal([12, 5, 14], e.Faults.Select(fault => fault.Place!.Column));
        Assert.Equal(["5", "portz", "a"], e.Faults.Select(fault => fault.Value));
        Assert.Equal("a string", e.Faults[0].Expected);
        Assert.All(e.Faults, fault => Assert.Equal($"{ComposeCase.ProjectFolder}/compose.yaml", fault.Place!.File));
    }

    [Fact]
    public void All_undefined_references_are_told()
    {
        ComposeException e = Refused("""
            services:
              web:
                image: x
                networks: [n]
                volumes: ["vol:/v"]
                secrets: [s]
                configs: [c]
                depends_on: [d]
            """);
        Assert.Equal(5, e.Faults.Count);
        Assert.Equal([4, 5, 6, 7, 8], e.Faults.Select(fault => fault.Place!.Line).Order());
    }

    [Fact]
    public void Faults_of_all_kinds_are_told_at_once_and_none_that_only_follows_from_another()
    {
        ComposeException e = Refused(
            ("compose.yaml", """
            services:
              web:
                image: [x]
                cpus: ${CPUS-many}
                portz: []
                mem_limit: 10x
                stop_grace_period: 5q
                ports: ["a:b"]
                restart: sometimes
                env_file: none.env
                networks: [n]
              db:
                extends: {file: base.yaml, service: not-there}
                depends_on: [web]
                container_name: one
              cache: 5
              last:
                image: x
                container_name: one
                depends_on: [cache, nobody]
            secrets: {s: {}}
            """),
            ("base.yaml", "services: {base: {image: x}}"));
        Assert.Equal(
            [
                "secrets.s", "services.cache", "services.db.extends", "services.last.container_name", "services.last.depends_on.nobody", "services.web.cpus", "services.web.env_file", "services.web.image",
                "services.web.mem_limit", "services.web.networks.n", "services.web.ports[0]", "services.web.portz", "services.web.restart", "services.web.stop_grace_period",
            ],
            e.Faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
        Assert.All(e.Faults, fault => Assert.NotNull(fault.Place));
        Assert.All(e.Faults, fault => Assert.NotNull(fault.Expected));
    }

    [Theory]
    [InlineData("unhealthy:x")]
    [InlineData("unhealthy:-1")]
    [InlineData("unhealthy:")]
    [InlineData("on-failure:1.5")]
    [InlineData("always:3")]
    [InlineData("sometimes")]
    public void A_restart_policy_that_there_is_not_is_refused(string policy)
    {
        ComposeFault fault = Assert.Single(Refused($"services:\n  web:\n    image: x\n    restart: '{policy}'").Faults);
        Assert.Equal(("services.web.restart", policy, 4), (fault.Path, fault.Value, fault.Place!.Line));
        Assert.StartsWith("no, always,", fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_that_are_taken_as_they_are_are_listed()
    {
        ComposeCase one = new([("compose.yaml", """
            services: {a: {image: x, environment: [A, B=1, "C=${D}"], build: {args: {E: , F: 1}}}, b: {image: x, environment: {G: , H: 2}}}
            secrets: {s: {environment: I}}
            configs: {c: {environment: J}, d: {content: K}}
            """)]);
        Assert.Equal(["A", "E", "G", "I", "J"], Quai.Compose.Interpolation.PassedVariables.Of(new ComposeLoader(new CaseFiles(one)).LoadTree(ComposeRun.RequestOf(one, out _, out _) with { Normalizes = false })));
    }

    [Fact]
    public void All_variables_that_are_missing_are_told()
    {
        ComposeException e = Refused("services:\n  web: {image: '${A?one}', hostname: '${B:?two}', tty: '${C-maybe}'}");
        Assert.Equal(["services.web.image", "services.web.hostname", "services.web.tty"], e.Faults.Select(fault => fault.Path));
        Assert.Equal("error while interpolating services.web.hostname: required variable B is missing a value: two", e.Faults[1].Message);
        Assert.Equal("a boolean", e.Faults[2].Expected);
    }

    [Fact]
    public void Elements_are_counted()
    {
        ComposeFault fault = Assert.Single(Refused("services:\n  web: {image: x, ports: ['80:80', 'x:y']}").Faults);
        Assert.Equal("services.web.ports[1]", fault.Path);
        Assert.Equal("x:y", fault.Value);
        Assert.Equal(new ComposePlace($"{ComposeCase.ProjectFolder}/compose.yaml", 2, 36), fault.Place);
    }

    [Fact]
    public void A_fault_of_an_included_file_names_that_file()
    {
        ComposeException e = Refused(("compose.yaml", "include: [a.yaml]\nservices: {}"), ("a.yaml", "services:\n  b: {image: []}"));
        Assert.Equal($"{ComposeCase.ProjectFolder}/a.yaml", Assert.Single(e.Faults).Place!.File);
    }

    [Theory]
    [InlineData("include: ['https://github.com/a/b.git']\nservices: {}")]
    [InlineData("include: ['oci://docker.io/a/b']\nservices: {}")]
    [InlineData("services:\n  a: {extends: {file: 'git@github.com:a/b.git', service: x}}")]
    public void Compose_files_from_elsewhere_are_asked_for(string text) => Assert.Contains("are not fetched here", Refused(text).Message, StringComparison.Ordinal);

    private static ComposeException Refused(string text) => Refused(("compose.yaml", text));

    private static ComposeException Refused(params (string Name, string Text)[] files)
    {
        ComposeCase one = new(files);
        return Assert.Throws<ComposeException>(() => new ComposeLoader(new CaseFiles(one)).Load(ComposeRun.RequestOf(one, out _, out _)));
    }
}
