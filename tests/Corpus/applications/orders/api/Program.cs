using System.Diagnostics;

WebApplication app = WebApplication.CreateSlimBuilder(args).Build();
string greeting = Environment.GetEnvironmentVariable("GREETING") ?? "";
app.MapGet("/ready", async () => await Psql("select 1"));
app.MapGet("/", async (HttpRequest request) => $"{greeting} ({request.Headers["X-Edition"]})\n{await Psql("select id || '. ' || what from orders order by id")}");
app.MapPost("/{what}", async (string what) => await Psql("insert into orders (what) values (:'what') returning id", what));
app.Run();

// Through the client that is in the image: the program needs no package.
static async Task<string> Psql(string sql, string? what = null)
{
    ProcessStartInfo start = new("psql", ["-AtqX", "-v", "ON_ERROR_STOP=1", "-v", $"what={what}"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
    start.Environment["PGPASSWORD"] = File.ReadAllText(Environment.GetEnvironmentVariable("PGPASSWORD_FILE")!);
    using Process psql = Process.Start(start)!;
    await psql.StandardInput.WriteLineAsync(sql);
    psql.StandardInput.Close();
    string answer = await psql.StandardOutput.ReadToEndAsync();
    await psql.WaitForExitAsync();
    return psql.ExitCode == 0 ? answer : throw new InvalidOperationException($"psql ended with {psql.ExitCode}");
}
