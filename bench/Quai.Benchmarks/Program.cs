using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Quai.Benchmarks;

// The hot paths, each on its own: dotnet run -c Release --project bench/Quai.Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(StartBenchmarks).Assembly).Run(
    args, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
