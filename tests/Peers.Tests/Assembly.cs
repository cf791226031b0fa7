using Moi.Identity.Peers.Tests.Servers;

// One deployment for the whole run. Its servers are killed by one test and counted by another: one after the other.
[assembly: AssemblyFixture(typeof(Deployment))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
