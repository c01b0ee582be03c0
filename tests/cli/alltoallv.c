/* An all-to-all of the sizes in a matrix file, for smpirun: prints when each rank began and ended, in seconds. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv) {
  int ranks, rank;
  MPI_Init(&argc, &argv);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  int* counts = malloc(4 * sizeof(int) * (size_t)ranks);
  int *sent = counts, *got = counts + ranks, *sent_at = got + ranks, *got_at = sent_at + ranks;
  FILE* file = fopen(argv[1], "r");
  int bytes, out = 0, in = 0;
  for (int from = 0; from < ranks; ++from)
    for (int to = 0; to < ranks; ++to) {
      if (fscanf(file, "%d", &bytes) != 1) return 1;
      if (from == to) bytes = 0;
      if (from == rank) sent[to] = bytes;
      if (to == rank) got[from] = bytes;
    }
  fclose(file);
  for (int other = 0; other < ranks; ++other) {
    sent_at[other] = out;
    got_at[other] = in;
    out += sent[other];
    in += got[other];
  }
  char* buffer = malloc((size_t)out + (size_t)in + 1);
  double start = MPI_Wtime();
  MPI_Alltoallv(buffer, sent, sent_at, MPI_BYTE, buffer + out, got, got_at, MPI_BYTE, MPI_COMM_WORLD);
  printf("%.12f %.12f\n", start, MPI_Wtime());
  MPI_Finalize();
  return 0;
}
