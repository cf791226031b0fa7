// Measures the FIDO2 engine beside the platform's own verification of a signature, in one run:
//
//   dotnet run -c Release --project bench/Fido2.Benchmarks [-- --filter '*Assertion*']
//
// In this process: no project is generated and built for each benchmark, so that it also runs without a package source.

using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Moi.Identity.Fido2.Benchmarks;

var config = ManualConfig.CreateEmpty()
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(15))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddExporter(MarkdownExporter.GitHub)
    .AddLogger(ConsoleLogger.Default)
    .WithOption(ConfigOptions.JoinSummary, true);
BenchmarkSwitcher.FromTypes([typeof(AssertionBenchmarks), typeof(RegistrationBenchmarks), typeof(MetadataBenchmarks)])
    .Run(args.Length == 0 ? ["--filter", "*"] : args, config);
